// A message in the corner of the page can be read for as long as one likes: it goes by a click, by Escape
// or with the next thing that is done.
function dismissToasts() {
  document.getElementById("toasts")?.replaceChildren();
}

// Say so when something that htmx sent did not arrive, or was answered with an error. What was filled in
// is still on the page.
function say(text) {
  const toast = document.createElement("p");
  toast.className = "toast";
  toast.textContent = text;
  document.getElementById("toasts").replaceChildren(toast);
}

function isChange(event) {
  return event.detail.requestConfig.verb !== "get";
}

// A request may have arrived, and only its answer be lost.
document.addEventListener("htmx:sendError", (event) => {
  say(
    isChange(event)
      ? "The server cannot be reached, so this may not be saved. Check your connection and try again."
      : "The server cannot be reached. Check your connection and try again.",
  );
});

document.addEventListener("htmx:timeout", () => {
  say("The server does not answer. Reload the page to see what is saved.");
});

// By this its operator finds in the log what went wrong.
function idOf(request) {
  const id = request.getResponseHeader("X-Request-Id");
  return id ? ` If it happens again, tell whoever runs this server the request id ${id}.` : "";
}

document.addEventListener("htmx:responseError", (event) => {
  say(`That did not work. Reload the page and try again.${idOf(event.detail.xhr)}`);
});

document.addEventListener("click", (event) => {
  const isButton = event.target.closest("button"); // such as Undo: its form is sent first
  if (event.target.closest(".toast") && !isButton) dismissToasts();
});

// It was about the last thing done, which to look for something does not change.
function dismissWithAct({ target }) {
  if (target.type !== "search" || !document.querySelector(".toast button")) dismissToasts();
}
for (const name of ["submit", "change", "input"]) document.addEventListener(name, dismissWithAct, true);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") dismissToasts();
});

// A swap leaves the person where they are: the first thing in the window that is there afterwards too
// stays at its place (a browser may take the new content for something above what they see, and scroll
// on by its height). Focus goes from a button that is disabled now to the main one of its section, from
// one that is gone to the next of its kind (data-among), else to the heading. What went wrong comes first:
// it may be out of sight.
let before = null;

function isInWindow(element) {
  const { top } = element.getBoundingClientRect();
  return element.checkVisibility() && top >= 0 && top < innerHeight && !element.closest(".save-bar");
}

function placesIn(section) {
  const marks = [...section.querySelectorAll("[id]")].filter(isInWindow);
  return marks.map((mark) => [mark.id, mark.getBoundingClientRect().top]);
}

function scrollBack({ scrolled, places }) {
  for (const [id, top] of places) {
    const mark = document.getElementById(id);
    if (!mark?.checkVisibility()) continue;
    scrollBy({ top: mark.getBoundingClientRect().top - top, behavior: "instant" });
    return;
  }
  scrollTo({ top: scrolled, behavior: "instant" });
}

function canHaveFocus(element) {
  return element && !element.disabled && element.checkVisibility();
}

// The ids of a button, or of the summary that it is folded below, and of what is like that, beginning
// with what comes after it; null where nothing can be.
function successorsOf(button, section) {
  const first = button.dataset.among ? button : button.closest("details")?.querySelector("summary[data-among]");
  if (!first) return null;
  const alike = [...section.querySelectorAll(`[data-among="${first.dataset.among}"]`)];
  const at = alike.indexOf(first);
  return [...alike.slice(at), ...alike.slice(0, at).reverse()].map((each) => each.id);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const focused = document.activeElement;
  const section = event.target.contains(focused) ? focused.closest("section[id]") : null;
  before = section && {
    id: section.id,
    focused: focused.id,
    successors: successorsOf(focused, section),
    scrolled: scrollY,
    places: placesIn(section),
  };
});

document.addEventListener("htmx:afterSettle", (event) => {
  const section = before && document.getElementById(before.id);
  if (!section) return;
  const problem = event.target.querySelector?.('[role="alert"]');
  if (problem) {
    problem.tabIndex = -1;
    problem.focus();
    return;
  }
  scrollBack(before);
  if (document.activeElement !== document.body) return;
  const isDisabled = before.focused && document.getElementById(before.focused);
  const main = isDisabled ? [...section.querySelectorAll("button.primary")].find(canHaveFocus) : null;
  const next = before.successors?.map((id) => document.getElementById(id)).find(canHaveFocus);
  const heading = section.querySelector("h1, h2");
  heading.tabIndex = -1;
  (main ?? next ?? heading).focus({ preventScroll: Boolean(main ?? before.successors) });
});
