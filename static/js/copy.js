// Copy buttons: <button type="button" data-copy="id-of-the-text">Copy</button>
document.documentElement.classList.add("js");

const SHOW_RESULT_MS = 2000;

async function copyText(element) {
  const text = element.textContent;
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Browsers offer no clipboard to pages without TLS: select the text and copy the selection.
  getSelection().selectAllChildren(element);
  if (!document.execCommand("copy")) throw new Error("The browser did not copy.");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = (button.dataset.label ??= button.textContent);
  try {
    await copyText(document.getElementById(button.dataset.copy));
    button.textContent = "Copied";
    button.classList.add("is-copied");
  } catch {
    button.textContent = "Select it";
  }
  setTimeout(() => {
    button.textContent = label;
    button.classList.remove("is-copied");
  }, SHOW_RESULT_MS);
});
