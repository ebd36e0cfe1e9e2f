// Writes times as this browser does.
(() => {
  "use strict";

  const root = document.querySelector(".dashboard");
  const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
  const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const words = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });
  let clockAhead = Date.now() / 1000 - root.dataset.now; // seconds, of this computer's clock

  function ago(seconds) {
    if (seconds < 5) return "just now";
    for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
      if (seconds >= length) return words.format(-Math.floor(seconds / length), unit);
    }
    return words.format(-Math.floor(seconds), "second");
  }

  function tell(within) {
    const now = Date.now() / 1000 - clockAhead;
    for (const time of within.querySelectorAll("time")) {
      const at = new Date(time.dateTime);
      const isAbsolute = time.hasAttribute("data-absolute");
      const text = isAbsolute ? short.format(at) : ago(now - at / 1000);
      if (time.textContent !== text) time.textContent = text;
      if (!isAbsolute && !time.title) time.title = moment.format(at);
    }
  }

  window.times = {
    tell,
    set(serverSeconds) {
      clockAhead = Date.now() / 1000 - serverSeconds;
    },
    format: (seconds) => short.format(new Date(seconds * 1000)),
    zone: root.querySelector(".zone").textContent,
  };
  tell(root);
  setInterval(() => tell(root), 1000);
})();
