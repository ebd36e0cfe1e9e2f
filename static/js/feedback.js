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
