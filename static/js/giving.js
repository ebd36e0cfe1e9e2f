// The page of a call that lacks a file: uploads what is chosen or dropped in pieces, and gives it. Without
// this script the form is an ordinary one, which holds less. When the call goes on, the page finds out.
document.documentElement.classList.add("js");

const form = document.getElementById("give");

if (form) {
  const input = document.getElementById("give-file");
  const news = document.getElementById("give-news");
  const button = form.querySelector("button");

  async function give(files) {
    if (!files.length) {
      news.textContent = "Choose a file first.";
      return;
    }
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

const boxes = [...document.querySelectorAll("#offered [type=checkbox]")];

function checkBoxes() {
  boxes[0].setCustomValidity(boxes.some((box) => box.checked) ? "" : "Choose a file first.");
}

if (boxes.length) {
  checkBoxes();
  for (const box of boxes) box.addEventListener("change", checkBoxes);
}

const LOOKS = 30;
const LOOK_EVERY_MS = 2_000;

// Show what became of the call, once something has.
async function look(state, looks) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok && page.getElementById("given")?.dataset.state !== state) {
      location.reload();
      return;
    }
  } catch {
    // The connection broke off: the next look may do.
  }
  if (looks > 1) setTimeout(look, LOOK_EVERY_MS, state, looks - 1);
}

const given = document.getElementById("given");
if (given) setTimeout(look, LOOK_EVERY_MS, given.dataset.state, LOOKS);
