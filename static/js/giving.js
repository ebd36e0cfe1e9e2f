// The page of a call that lacks a file: uploads what is chosen or dropped in pieces, and gives it. Without
// this script the form is an ordinary one, which holds less.
document.documentElement.classList.add("js");

const form = document.getElementById("give");

if (form) {
  const input = document.getElementById("give-file");
  const news = document.getElementById("give-news");
  const button = form.querySelector("button");

  async function give(files) {
    if (!files.length) return;
    button.disabled = true;
    const signal = new AbortController().signal;
    try {
      const handles = [];
      for (const file of files) {
        const show = ({ offset, size }) => {
          news.textContent = `${file.name}: ${size ? Math.floor((100 * offset) / size) : 100} %`;
        };
        handles.push(await window.uploading.send(form, file, signal, show));
      }
      for (const handle of handles) {
        const field = document.createElement("input");
        Object.assign(field, { type: "hidden", name: "handle", value: handle });
        form.append(field);
      }
      input.disabled = true; // the bytes are there
      form.submit();
    } catch (error) {
      button.disabled = false;
      news.textContent = error instanceof window.uploading.Refused ? error.message : "The connection broke off. Try again.";
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    give([...input.files]);
  });
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
    const dropped = [...event.dataTransfer.files];
    give(input.multiple ? dropped : dropped.slice(0, 1));
  });
}
