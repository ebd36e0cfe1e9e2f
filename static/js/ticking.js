// Saves each tick of a form with data-saves="at-once" as soon as it is made. htmx sends them, one after the other;
// `defaultChecked` of a box is what is saved, and its row is busy until it is what was ticked. What the server did
// not take goes back. The answer tells in tools-saved what is ticked: accounts/views/ticking.py.
const boxes = 'form[data-saves="at-once"] input[type=checkbox]';
const sent = new WeakMap();
const toSend = new WeakMap(); // how many requests of a box are on their way, or wait for others
let lastTicked = null;

function nameOf(box) {
  return box.name === "tools" ? box.value : box.name;
}

function mark(box) {
  const isBusy = toSend.get(box) > 0 || box.checked !== box.defaultChecked;
  box.closest("li, .option").setAttribute("aria-busy", isBusy);
}

function count(box, more) {
  toSend.set(box, (toSend.get(box) ?? 0) + more);
  mark(box);
}

// Before unsaved.js looks for what is busy.
document.addEventListener("change", ({ target }) => {
  if (!target.matches(boxes)) return;
  lastTicked = target.id;
  count(target, 1);
}, true);

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.matches(boxes)) sent.set(detail.elt, detail.elt.checked);
});

document.addEventListener("tools-saved", ({ detail }) => {
  const on = new Set(detail.on);
  for (const box of document.querySelectorAll(boxes)) {
    const known = box === detail.elt ? sent.get(box) : box.defaultChecked;
    const isNext = box.checked !== known; // was clicked again, or waits to be sent
    const wanted = isNext ? box.checked : on.has(nameOf(box));
    box.defaultChecked = on.has(nameOf(box));
    box.checked = wanted;
    mark(box);
  }
  watch();
});

function putBack({ detail }) {
  const box = detail.elt;
  if (!box.matches(boxes)) return;
  box.checked = box.defaultChecked;
  mark(box);
  watch();
}

for (const name of ["sendError", "timeout", "sendAbort", "responseError"]) document.addEventListener(`htmx:${name}`, putBack);

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.elt.matches(boxes)) return;
  count(detail.elt, -1);
  watch();
});

// Whoever is led to another page, such as to sign in, is told there that nothing was saved.
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (!detail.xhr.getResponseHeader("HX-Redirect")) return;
  for (const box of document.querySelectorAll(boxes)) {
    toSend.delete(box);
    box.checked = box.defaultChecked;
    mark(box);
  }
});

// The button in the message goes with it: go on where the change was made.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (document.activeElement !== document.body || !detail.requestConfig?.elt.matches("#undo-tools-form")) return;
  document.getElementById(lastTicked)?.focus({ preventScroll: true });
});

document.documentElement.classList.add("saves-at-once");
