// Copy buttons, which bring their words along:
// <button type="button" data-copy="id-of-the-text" data-copied="Copied" data-not-copied="Select it">Copy</button>
document.documentElement.classList.add("js");

const SHOW_RESULT_MS = 2000;
const labels = new WeakMap();

async function copyText(element) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(element.textContent);
    return;
  }
  // Browsers offer no clipboard to pages without TLS: select the text and copy the selection.
  getSelection().selectAllChildren(element);
  if (!document.execCommand("copy")) throw new Error("The browser did not copy.");
}

function showResult(button, text, isCopied) {
  if (!labels.has(button)) labels.set(button, [...button.childNodes]);
  button.replaceChildren(text);
  button.classList.toggle("is-copied", isCopied);
  setTimeout(() => {
    button.replaceChildren(...labels.get(button));
    button.classList.remove("is-copied");
  }, SHOW_RESULT_MS);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await copyText(document.getElementById(button.dataset.copy));
    showResult(button, button.dataset.copied, true);
  } catch {
    showResult(button, button.dataset.notCopied, false);
  }
});
