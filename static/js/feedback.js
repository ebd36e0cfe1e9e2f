// Messages in the corner of the page stay long enough to be read, and go by a click or Escape.
const SHOW_MS = 15000;
let dismissal = 0;

function dismissToasts() {
  document.getElementById("toasts")?.replaceChildren();
}

new MutationObserver(() => {
  clearTimeout(dismissal);
  dismissal = setTimeout(dismissToasts, SHOW_MS);
}).observe(document.getElementById("toasts"), { childList: true });

// Say so when something that htmx sent did not arrive, or was answered with an error.
function say(text) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  document.getElementById("toasts").replaceChildren(toast);
}

document.addEventListener("htmx:sendError", () => {
  say("The server cannot be reached. Nothing was saved.");
});

document.addEventListener("htmx:responseError", () => {
  say("That did not work. Reload the page and try again.");
});

document.addEventListener("click", (event) => {
  if (event.target.closest(".toast")) dismissToasts();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") dismissToasts();
});

// Focus that was on something which a swap took away goes to the heading of its section, and not to
// the top of the page. What went wrong comes first: it may be out of sight.
let sectionInFocus = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const focused = document.activeElement;
  sectionInFocus = event.target.contains(focused) ? focused.closest("section[id]")?.id : null;
});

document.addEventListener("htmx:afterSettle", () => {
  const section = sectionInFocus && document.getElementById(sectionInFocus);
  if (!section) return;
  const problem = section.querySelector('[role="alert"]');
  const isLost = document.activeElement === document.body;
  const next = problem ?? (isLost ? section.querySelector("h2") : null);
  if (!next) return;
  next.tabIndex = -1;
  next.focus();
});
