// Messages in the corner of the page: they stay until they are dismissed or the next one comes.
function dismissToasts() {
  document.getElementById("toasts")?.replaceChildren();
}

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
// the top of the page.
let sectionInFocus = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const focused = document.activeElement;
  if (event.target.contains(focused)) sectionInFocus = focused.closest("section[id]")?.id;
});

document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body || !sectionInFocus) return;
  const heading = document.getElementById(sectionInFocus)?.querySelector("h2");
  if (!heading) return;
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
});
