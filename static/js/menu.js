// The menu of the person closes by Escape, and by a click or the focus elsewhere; without this, by its name.
(() => {
  "use strict";

  const menu = document.querySelector(".person-menu");
  if (!menu) return;

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
  for (const name of ["click", "focusin"]) {
    document.addEventListener(name, (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  }
})();
