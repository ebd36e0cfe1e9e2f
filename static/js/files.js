// Uploads files in pieces. One that broke off goes on where it was, also after the page was reloaded,
// since the server knows the file again by its fingerprint.
const form = document.getElementById("upload");
const input = document.getElementById("upload-file");
const list = document.getElementById("uploads");
const news = document.getElementById("upload-news");
const token = form.elements.csrfmiddlewaretoken.value;

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 500;

input.multiple = true;

class Refused extends Error {}

async function ask(url, options = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": token };
  const answer = await fetch(url, { ...options, headers: { ...headers, ...options.headers }, redirect: "manual" });
  if (answer.type === "opaqueredirect") throw new Refused("You were signed out. Reload the page.");
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const told = isJson ? await answer.json() : {};
  if (answer.ok || (answer.status === 409 && "offset" in told)) return told;
  if (answer.status >= 500 && answer.status !== 507) throw new Error("The server is busy.");
  throw new Refused(told.error ?? "The server did not take it.");
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// Repeat what fails for want of a connection; a refusal is final.
async function persist(signal, attempt) {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Refused || signal.aborted || failures === ATTEMPTS) throw error;
      await pause(FIRST_PAUSE_MS * 2 ** failures);
    }
  }
}

function begin(file, signal) {
  const body = new URLSearchParams({
    name: file.name,
    type: file.type,
    size: file.size,
    fingerprint: `${file.size}-${file.lastModified}-${file.name}`.slice(0, 100),
  });
  return persist(signal, () => ask(form.dataset.begin, { method: "POST", body, signal }));
}

async function send(file, signal, show) {
  if (file.size > Number(form.dataset.max)) throw new Refused(`It has more than ${form.dataset.maxWords}.`);
  let state = await begin(file, signal);
  while (state.handle === null) {
    show(state);
    const { offset, url, piece } = state;
    let isFirst = true;
    state = await persist(signal, async () => {
      // Whether the piece arrived before the connection broke, only the server knows.
      if (!isFirst) {
        const known = await ask(url, { signal });
        if (known.offset !== offset) return known;
      }
      isFirst = false;
      const body = file.slice(offset, offset + piece);
      const headers = { "Content-Type": "application/octet-stream" };
      return ask(`${url}?offset=${offset}`, { method: "POST", body, headers, signal });
    });
    if (!("handle" in state)) state = await persist(signal, () => ask(url, { signal }));
  }
  show(state);
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("files");
  if (!fresh) return;
  document.getElementById("files").replaceWith(fresh);
  window.htmx?.process(fresh);
}

function upload(file) {
  const row = document.getElementById("upload-row").content.cloneNode(true).firstElementChild;
  const part = (name) => row.querySelector(`[data-of=${name}]`);
  const button = (name) => row.querySelector(`[data-does=${name}]`);
  const bar = row.querySelector("progress");
  let stopping = new AbortController();

  part("name").textContent = file.name;
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  list.append(row);

  async function run() {
    row.classList.remove("has-failed");
    button("again").hidden = true;
    stopping = new AbortController();
    try {
      await send(file, stopping.signal, ({ offset, size }) => {
        bar.value = size ? (100 * offset) / size : 100;
        part("state").textContent = `${Math.floor(bar.value)} %`;
      });
    } catch (error) {
      if (stopping.signal.aborted) return;
      row.classList.add("has-failed");
      part("state").textContent = error instanceof Refused ? error.message : "The connection broke off.";
      news.textContent = `${file.name}: ${part("state").textContent}`;
      button("again").hidden = false;
      return;
    }
    row.remove();
    news.textContent = `${file.name} is here.`;
    await refresh();
  }

  button("again").addEventListener("click", run);
  button("stop").addEventListener("click", () => {
    stopping.abort();
    row.remove();
    input.focus();
    refresh();
  });
  return run();
}

// One after the other: they share the connection.
let queue = Promise.resolve();
function uploadAll(files) {
  for (const file of files) queue = queue.then(() => upload(file));
}

input.addEventListener("change", () => {
  uploadAll([...input.files]);
  input.value = "";
});
form.addEventListener("submit", (event) => event.preventDefault());

for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("is-over");
  });
}
for (const name of ["dragleave", "drop"]) {
  form.addEventListener(name, () => form.classList.remove("is-over"));
}
form.addEventListener("drop", (event) => {
  event.preventDefault();
  uploadAll([...event.dataTransfer.files]);
});
