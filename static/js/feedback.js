// Says so when something that htmx sent did not arrive, or was answered with an error.
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
