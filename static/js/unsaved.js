// Says that a form holds changes which are not saved, and asks before they are lost:
// <form id="f" data-unsaved="yes or nothing">, and elsewhere <… class="unsaved" data-of="f" data-due="what to say">.
// With data-keeps, what is not saved is still in the form when something around it was drawn anew.
// Where part of it is folded away, an element with data-count="ticked" tells how much is ticked there.
// A form with data-replaces="id" shows other values in that form than somebody ticked there.
// One with data-saves="at-once" sends each tick by itself (ticking.js), and says data-done once all are saved.
const saved = new WeakMap();

function stateOf(form) {
  return new URLSearchParams(new FormData(form)).toString();
}

function isOther(form) {
  if (form.dataset.saves === "at-once") return Boolean(form.querySelector("[aria-busy=true]"));
  return saved.has(form) && saved.get(form) !== stateOf(form);
}

function hasChanges(form) {
  return form.dataset.unsaved === "yes" || isOther(form);
}

function watch() {
  for (const form of document.querySelectorAll("form[data-unsaved]")) {
    if (!saved.has(form)) {
      saved.set(form, stateOf(form));
      restore(form);
    }
    const note = document.querySelector(`.unsaved[data-of="${form.id}"]`);
    if (note) {
      note.textContent = hasChanges(form) ? note.dataset.due : (note.dataset.done ?? "");
      note.classList.toggle("is-due", hasChanges(form));
    }
    for (const count of form.querySelectorAll("[data-count=ticked]")) {
      count.textContent = count.closest("details").querySelectorAll("input:checked").length;
    }
  }
}

// What was typed in forms that are drawn anew, by the id of the form, until that is there again. A field is
// known by its name and by what it is of (data-key), a box to tick by its value: there may be others then.
const typed = new Map();

function keyOf(field) {
  return JSON.stringify([field.name, field.type === "checkbox" ? field.value : (field.dataset.key ?? "")]);
}

function isTyped(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
}

function keep(form) {
  const isAll = form.dataset.unsaved === "yes";
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden" && (isAll || isTyped(field)));
  if (fields.length) typed.set(form.id, new Map(fields.map((field) => [keyOf(field), field])));
  else typed.delete(form.id);
}

function restore(form) {
  const fields = typed.get(form.id);
  if (!fields || !("keeps" in form.dataset)) return;
  typed.delete(form.id);
  for (const field of form.elements) {
    const old = fields.get(keyOf(field));
    if (!old) continue;
    if (field.type === "checkbox") field.checked = old.checked;
    else field.value = old.value;
  }
}

// What was unfolded stays so.
const unfolded = new Set();

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.shouldSwap) return;
  const sent = event.detail.requestConfig.elt;
  for (const form of event.detail.target.querySelectorAll("form[data-keeps]")) {
    if (form === sent) typed.delete(form.id);
    else keep(form);
  }
  for (const fold of event.detail.target.querySelectorAll("details[id]")) {
    if (fold.open) unfolded.add(fold.id);
    else unfolded.delete(fold.id);
  }
});

document.addEventListener("htmx:load", ({ target }) => {
  for (const fold of target.querySelectorAll("details[id]")) if (unfolded.has(fold.id)) fold.open = true;
});

document.addEventListener("DOMContentLoaded", watch);
document.addEventListener("change", watch);
document.addEventListener("htmx:load", watch);

let isSending = false;
document.addEventListener("submit", () => {
  isSending = true; // a page that is left by its own form loses nothing by accident
});
document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-discards]")) isSending = true; // on purpose
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
  if (!form || !isOther(form)) return;
  if (!confirm("Show the preset instead of what you ticked? That is not saved yet.")) event.preventDefault();
});
