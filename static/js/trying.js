// Runs a tool without leaving its page: the server tells line by line (JSON) how far the call is, and
// at last the result as HTML of its own making. Closing the connection cancels the call. Without this
// script the form is an ordinary one.
const LINES = "application/x-ndjson";
const byId = (id) => document.getElementById(id);

let running = null; // what stops the call

function say(text, kind = "error") {
  const message = document.createElement("p");
  message.className = `message ${kind}`;
  message.role = kind === "error" ? "alert" : "status";
  message.textContent = text;
  byId("result").replaceChildren(message);
}

function showRunning() {
  const began = performance.now();
  const tell = () => {
    byId("elapsed").textContent = `${Math.floor((performance.now() - began) / 1000)} s`;
  };
  tell();
  byId("progress").hidden = byId("approval").hidden = byId("lacking").hidden = true;
  byId("progress-message").textContent = "";
  byId("result").replaceChildren();
  for (const old of document.querySelectorAll("#tool-form :is([role=alert], .field-error)")) old.remove();
  for (const field of document.querySelectorAll("#tool-form [aria-invalid]")) field.removeAttribute("aria-invalid");
  byId("run").disabled = true;
  byId("running").hidden = false;
  byId("running").scrollIntoView({ block: "nearest" });
  byId("running").focus({ preventScroll: true }); // not its button: Enter may still be down
  return setInterval(tell, 1000);
}

function hideRunning(timer) {
  clearInterval(timer);
  byId("running").hidden = true;
  byId("run").disabled = false;
}

// Lead to where the person approves the call, or gives a file.
function lead(place, url) {
  const link = place.querySelector("a");
  const isNew = Boolean(url) && (place.hidden || link.href !== url);
  place.hidden = !url;
  if (!isNew) return;
  link.href = url;
  link.focus();
}

function showNews({ progress, total, message, page, lacks_file }) {
  const bar = byId("progress");
  if (typeof progress === "number") {
    bar.hidden = false;
    if (typeof total === "number" && total > 0) {
      bar.max = total;
      bar.value = Math.min(progress, total);
    } else {
      bar.removeAttribute("value");
    }
  }
  if (message) byId("progress-message").textContent = message;
  lead(byId("approval"), lacks_file ? "" : page);
  lead(byId("lacking"), lacks_file ? page : "");
}

function showResult(html) {
  byId("result").innerHTML = html;
  byId("result").focus({ preventScroll: true });
  byId("result").scrollIntoView({ block: "start" });
}

// The files that were chosen stay chosen: only the input itself can hold them.
function replaceForm(html) {
  const old = byId("tool-form");
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const form = holder.content.querySelector("#tool-form");
  if (!form) throw new Error("This is no form.");
  for (const input of old.querySelectorAll("input[type=file]")) {
    const other = form.querySelector(`input[type=file][name="${CSS.escape(input.name)}"]`);
    if (other && input.files.length) other.replaceWith(input);
  }
  old.replaceWith(form);
  return form;
}

async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) yield JSON.parse(line);
  }
}

// What is uploaded stands in the field beside as its handle, so that a second run need not do it again.
async function uploadChosen(form, signal) {
  for (const input of form.querySelectorAll("input[type=file]")) {
    const field = form.elements[input.name.replace(/~file$/, "")];
    const handles = [];
    for (const file of input.files) {
      handles.push(await window.uploading.send(form, file, signal, ({ offset, size }) => {
        showNews({ progress: offset, total: size, message: `Uploading ${file.name}` });
      }));
    }
    if (!handles.length) continue;
    const isList = field.tagName === "TEXTAREA";
    field.value = isList ? [field.value.trim(), ...handles].filter(Boolean).join("\n") : handles.at(-1);
    input.value = "";
  }
}

async function send(form, button) {
  running = new AbortController();
  if (button?.name !== "more") await uploadChosen(form, running.signal);
  const data = new FormData(form, button);
  const response = await fetch(form.action, {
    method: "POST",
    body: form.enctype === "multipart/form-data" ? data : new URLSearchParams(data),
    headers: { Accept: LINES },
    signal: running.signal,
  });
  if (response.redirected) {
    location.reload(); // signed out: the page leads to where one signs in
    return;
  }
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith(LINES)) {
    let hasResult = false;
    for await (const line of linesOf(response)) {
      if ("result" in line) {
        hasResult = true;
        showResult(line.result);
      } else {
        showNews(line);
      }
    }
    if (!hasResult) say("The connection broke before there was a result.");
  } else if (response.ok || response.status === 422) {
    const shown = replaceForm(await response.text());
    const problem = shown.querySelector('[role="alert"]');
    const added = button?.name === "more" && shown.querySelector(`[id="${CSS.escape(button.value.replaceAll(".", "-"))}"] .row:last-of-type :is(input:not([type=hidden]), select, textarea)`);
    (problem ?? added ?? null)?.focus();
  } else {
    say(response.status === 413 ? "This is too large to be sent." : "That did not work. Reload the page and try again.");
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.id !== "tool-form") return;
  event.preventDefault();
  if (running) return;
  const isRun = event.submitter?.name !== "more";
  const timer = isRun ? showRunning() : 0;
  try {
    await send(form, event.submitter);
  } catch (error) {
    if (error.name === "AbortError") say("You stopped the call.", "warning");
    else if (window.uploading && error instanceof window.uploading.Refused) say(error.message);
    else say("The server cannot be reached.");
  } finally {
    running = null;
    if (isRun) hideRunning(timer);
    // What is hidden may still have the focus for a moment.
    const focused = document.activeElement;
    if (isRun && (focused === document.body || byId("running").contains(focused))) byId("run").focus({ preventScroll: true });
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#stop")) running?.abort();
});

// Enter ends a line of a text; with Ctrl or Cmd it runs the tool from anywhere in the form.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (event.target.closest("#tool-form")) byId("run").click();
});

// A browser opens a file that is dropped beside its input in place of the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    const inputs = [...document.querySelectorAll("#tool-form input[type=file]")];
    const near = event.target.closest(".field")?.querySelector("input[type=file]");
    const input = near ?? (inputs.length === 1 ? inputs[0] : null);
    if (event.target === input) return; // it takes the file itself
    event.preventDefault();
    if (name === "drop" && input) take(input, event.dataTransfer.files);
  });
}

function take(input, files) {
  const taken = new DataTransfer();
  for (const file of input.multiple ? files : [...files].slice(0, 1)) taken.items.add(file);
  if (taken.files.length) input.files = taken.files;
}
