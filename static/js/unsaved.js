// Says that a form holds changes which are not saved, and asks before they are lost:
// <form id="…" data-unsaved="yes or nothing">, with an element of class "unsaved" in it.
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
    form.querySelector(".unsaved").textContent = hasChanges(form) ? "Not saved yet" : "";
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
