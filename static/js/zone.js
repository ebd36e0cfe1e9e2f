// Tells the server in which time zone this browser lives: days begin there. And shows the tab of the
// page where a row of tabs is wider than the screen.
(() => {
  "use strict";

  document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const told = document.cookie.split("; ").find((each) => each.startsWith("zone="));
  if (!zone || told === `zone=${zone}`) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `zone=${zone}; path=/; max-age=31536000; samesite=lax${secure}`;
  // What the page says of days and times is another zone's until it is made again.
  const shown = document.querySelector(".zone");
  if (shown && shown.textContent !== zone && !sessionStorage.getItem("zone-told")) {
    sessionStorage.setItem("zone-told", "1");
    location.reload();
  }
})();
