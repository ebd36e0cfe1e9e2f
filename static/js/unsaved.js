// Says that a form holds changes which are not saved, and asks before they are lost:
// <form id="f" data-unsaved="yes or nothing">, and elsewhere <… class="unsaved" data-of="f" data-due="what to say">.
// Where part of it is folded away, an element with data-count="ticked" tells how much is ticked there.
// A form with data-replaces="id" shows other values in that form than somebody ticked there.
const saved = new WeakMap();

function stateOf(form) {
  return new URLSearchParams(new FormData(form)).toString();
}

function hasChanges(form) {
  return form.dataset.unsaved === "yes" || (saved.has(form) && saved.get(form) !== stateOf(form));
}

function watch() {
  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    if (!saved.has(form)) saved.set(form, stateOf(form));
    const note = document.querySelector(`.unsaved[data-of="${form.id}"]`);
    note.textContent = hasChanges(form) ? note.dataset.due : "";
    note.classList.toggle("is-due", hasChanges(form));
    for (const count of form.querySelectorAll("[data-count=ticked]")) {
      count.textContent = count.closest("details").querySelectorAll("input:checked").length;
    }
  }
}

document.addEventListener("DOMContentLoaded", watch);
document.addEventListener("change", watch);
document.addEventListener("htmx:load", watch);

let isSending = false;
document.addEventListener("submit", () => {
  isSending = true; // a page that is left by its own form loses nothing by accident
});
document.addEventListener("htmx:afterRequest", () => {
  isSending = false;
});

addEventListener("beforeunload", (event) => {
  const forms = [...document.querySelectorAll("form[data-unsaved]")];
  if (!isSending && forms.some(hasChanges)) event.preventDefault();
});

document.addEventListener("htmx:confirm", (event) => {
  const form = document.getElementById(event.target.dataset.replaces);
  if (!form || !saved.has(form) || saved.get(form) === stateOf(form)) return;
  if (!confirm("Show the preset instead of what you ticked? That is not saved yet.")) event.preventDefault();
});
