// The page of a person's files: shows what is uploaded, and how far it is.
const form = document.getElementById("upload");
const input = document.getElementById("upload-file");
const list = document.getElementById("uploads");
const news = document.getElementById("upload-news");

input.multiple = true;

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
      await window.uploading.send(form, file, stopping.signal, ({ offset, size }) => {
        bar.value = size ? (100 * offset) / size : 100;
        part("state").textContent = `${Math.floor(bar.value)} %`;
      });
    } catch (error) {
      if (stopping.signal.aborted) return;
      row.classList.add("has-failed");
      part("state").textContent = error instanceof window.uploading.Refused ? error.message : "The connection broke off.";
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
