// Shows, while somebody types in #tool-filter, the tools that have every word of it. The others are hidden
// and stay in their form, or a save would untick them. The server does the same for ?q=: accounts/tool_groups.py.
let query = null; // what was typed here, for when the list is drawn anew

function show() {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...document.querySelectorAll("li[data-words]")];
  for (const row of rows) row.hidden = !words.every((word) => row.dataset.words.includes(word));
  for (const group of document.querySelectorAll(".tool-group")) {
    const hasHits = Boolean(group.querySelector("li:not([hidden])"));
    group.hidden = !hasHits;
    if (words.length && hasHits) group.open = true;
  }
  const found = rows.filter((row) => !row.hidden).length;
  document.getElementById("tools-none").hidden = found > 0;
  document.getElementById("tools-found").textContent = words.length ? `${found} of ${rows.length} tools` : "";
}

document.addEventListener("input", ({ target }) => {
  if (target.id !== "tool-filter") return;
  query = target.value;
  show();
});

document.addEventListener("click", (event) => {
  const field = document.getElementById("tool-filter");
  if (event.target.id !== "show-all-tools" || event.ctrlKey || event.metaKey) return;
  event.preventDefault(); // ticks that are not saved stay
  field.value = query = "";
  show();
  field.focus();
});

// It is found already, and a new page would lose ticks that are not saved.
document.addEventListener("keydown", (event) => {
  if (event.target.id === "tool-filter" && event.key === "Enter") event.preventDefault();
});

document.addEventListener("htmx:load", () => {
  const field = document.getElementById("tool-filter");
  if (!field || query === null) return;
  field.value = query;
  show();
});
