// Keeps the overview live: what changes comes as data over a WebSocket, or, where that does not get
// through, by fetching the page again. It makes the same HTML as the templates do.
(() => {
  "use strict";

  const MAX_WAIT_MS = 30000;
  const POLL_MS = 5000;
  const SILENCE_MS = 12000; // the server says something every 5 seconds
  const SIGNED_OUT = 4401;
  const STATES = {
    live: "Live",
    waiting: "Connecting…",
    polling: "Every 5 seconds",
    offline: "Out of reach, trying again",
    stale: "No news: the database is out of reach",
    paused: "Paused",
  };

  const root = document.querySelector(".dashboard");
  const badge = root.querySelector(".live-badge");
  const pauseButton = root.querySelector(".pause");
  const range = root.dataset.range;
  const MAIN_TABLES = ["clients", "tools", "spaces", "reasons", "methods"];
  const STREAM_TABLES = ["client-streams", "streams"];
  let parts = {}; // by name, as data: the first message has them all
  let socket = null;
  let failures = 0;
  let silence = 0;
  let isPaused = false;

  // HTML

  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== "" && value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== ""));
    return element;
  }

  function linkOr(text, href, otherwise = (words) => words, attributes = {}) {
    return href ? make("a", { ...attributes, href }, text) : otherwise(text);
  }

  function makeTile(tile) {
    const isWide = tile.figures.length > 1;
    const figure = isWide
      ? make("dd", { class: "figures" }, ...tile.figures.map(([text, what]) =>
          make("span", {}, make("span", { class: "figure" }, text), " ", make("span", { class: "note" }, what))))
      : make("dd", { class: "figure" }, tile.figures[0][0]);
    const notes = tile.notes.map((note) => make("dd", { class: "note" }, linkOr(note.text, note.href)));
    const kind = ["tile", tile.is_bad && "is-bad", isWide && "tile-wide"].filter(Boolean).join(" ");
    return make("div", { class: kind }, make("dt", {}, tile.label), figure, ...notes);
  }

  function makeFact(fact) {
    return make("div", {}, make("dt", {}, fact.label), make("dd", { class: fact.is_bad ? "has-errors" : "" }, fact.text));
  }

  function makeCell(cell) {
    const kind = [cell.kind, cell.is_bad && "has-errors"].filter(Boolean).join(" ");
    let content = linkOr(cell.text, cell.href);
    if (cell.at) content = make("time", { datetime: cell.at }, cell.text);
    const tags = cell.tags.flatMap((tag) => [make("span", { class: "tag" }, tag), " "]);
    return make("td", { class: kind }, content, ...tags);
  }

  function makeRow(row) {
    const name = linkOr(row.name, row.href, (text) => make("span", { class: "name" }, text), { class: "name" });
    const note = row.note ? [" ", make("span", { class: "muted" }, row.note)] : [];
    return make("tr", {}, make("th", { scope: "row" }, name, ...note), ...row.cells.map(makeCell));
  }

  function makeTable(table) {
    const title = `${table.name}-title`;
    const section = make("section", { "data-table": table.name }, make("h2", { id: title }, table.title));
    if (table.rows.length) {
      const head = make("tr", {}, ...table.columns.map((column) => make("th", { scope: "col", class: column.kind }, column.label)));
      const body = make("tbody", {}, ...table.rows.map(makeRow));
      section.append(make("div", { class: "table-frame", role: "region", "aria-labelledby": title, tabindex: "0" },
        make("table", { class: "numbers" }, make("thead", {}, head), body)));
    } else if (table.empty) section.append(make("p", { class: "muted" }, table.empty));
    if (table.more) {
      const all = table.href ? [". ", make("a", { href: table.href }, `See all ${table.title.toLowerCase()}`)] : [];
      section.append(make("p", { class: "muted more" }, table.more, ...all));
    }
    return section;
  }

  // Changes `current` into `wanted` by touching only what differs, so that a selection, the
  // focus and the place scrolled to stay.
  function patch(current, wanted) {
    if (current.nodeType !== wanted.nodeType || current.nodeName !== wanted.nodeName) {
      current.replaceWith(wanted);
      return;
    }
    if (current.nodeType !== Node.ELEMENT_NODE) {
      if (current.data !== wanted.data) current.data = wanted.data;
      return;
    }
    for (const { name } of [...current.attributes]) {
      if (!wanted.hasAttribute(name)) current.removeAttribute(name);
    }
    for (const { name, value } of wanted.attributes) {
      if (current.getAttribute(name) !== value) current.setAttribute(name, value);
    }
    patchChildren(current, [...wanted.childNodes]);
  }

  function patchChildren(current, next) {
    for (const node of [...current.childNodes]) {
      if (node.nodeType === Node.TEXT_NODE && !node.data.trim() && node.data.includes("\n")) node.remove(); // the template's own
    }
    const old = [...current.childNodes];
    next.forEach((node, i) => (i < old.length ? patch(old[i], node) : current.append(node)));
    old.slice(next.length).forEach((node) => node.remove());
  }

  // What is shown

  function showTables(place, names) {
    const tables = names.filter((name) => name in parts).map((name) => makeTable(parts[name]));
    tables.forEach(window.times.tell);
    patchChildren(root.querySelector(`[data-tables="${place}"]`), tables);
  }

  function showAll() {
    patchChildren(root.querySelector('[data-part="tiles"]'), parts.tiles.map(makeTile));
    patchChildren(root.querySelector('[data-part="facts"]'), parts.facts.map(makeFact));
    root.querySelector("#connections").hidden = parts.facts.length === 0;
    root.querySelector(".empty").hidden = "clients" in parts;
    showTables("main", MAIN_TABLES);
    showTables("connections", STREAM_TABLES);
    window.chart.draw(parts.series);
  }

  // The new value of a part, of `{all}`, of rows of a table, or of points of a series.
  function changed(old, change) {
    if ("all" in change) return change.all;
    if ("rows" in change) {
      const rows = old.rows.map((row, i) => change.rows[i] ?? row);
      return { ...old, ...change.rest, rows };
    }
    return Object.fromEntries(Object.entries(change.points).map(
      ([name, values]) => [name, [...old[name].slice(0, change.from), ...values]]));
  }

  function take(message) {
    window.times.set(message.at);
    for (const [name, change] of Object.entries(message.parts)) parts[name] = changed(parts[name], change);
    for (const name of message.gone ?? []) delete parts[name];
    showAll();
  }

  // Connection

  function setState(state) {
    if (badge.dataset.state === state) return;
    badge.dataset.state = state;
    badge.textContent = STATES[state];
    root.classList.toggle("is-live", state === "live");
  }

  function giveUp() {
    clearTimeout(silence);
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  }

  // A connection that died without a word is given up at once: closing it would take the browser
  // another minute, in which the page would go on to say that it is live.
  function listenForSilence() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      giveUp();
      reconnect();
    }, SILENCE_MS);
  }

  function reconnect() {
    failures += 1;
    if (failures === 1) setState("waiting");
    const wait = Math.min(MAX_WAIT_MS, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
    setTimeout(connect, wait);
  }

  function connect() {
    if (isPaused || socket) return;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}${root.dataset.socket}?range=${range}`);
    socket.onmessage = (event) => {
      failures = 0;
      listenForSilence();
      const message = JSON.parse(event.data);
      setState(message.type === "stale" ? "stale" : "live");
      if (message.type === "changes") take(message);
    };
    socket.onclose = (event) => {
      clearTimeout(silence);
      socket = null;
      if (event.code === SIGNED_OUT) location.reload();
      else reconnect();
    };
  }

  function pause() {
    isPaused = !isPaused;
    pauseButton.textContent = isPaused ? "Go on" : "Pause";
    if (isPaused) {
      giveUp();
      setState("paused");
      return;
    }
    failures = 0;
    setState("waiting");
    connect();
  }

  async function fetchPage() {
    const response = await fetch(`?range=${range}`, { redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 403) {
      location.reload();
      return;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    window.times.set(page.querySelector(".dashboard").dataset.now);
    for (const place of root.querySelectorAll("[data-part], [data-tables]")) {
      const name = "part" in place.dataset ? `[data-part="${place.dataset.part}"]` : `[data-tables="${place.dataset.tables}"]`;
      const fetched = page.querySelector(name);
      window.times.tell(fetched);
      patchChildren(place, [...fetched.childNodes]);
    }
    for (const name of ["#connections", ".empty"]) root.querySelector(name).hidden = page.querySelector(name).hidden;
    window.chart.draw(JSON.parse(page.getElementById("series").textContent));
  }

  async function poll() {
    if (failures > 1 && !isPaused) {
      try {
        await fetchPage();
        if (failures > 1 && !isPaused) setState("polling");
      } catch {
        setState("offline");
      }
    }
    setTimeout(poll, POLL_MS);
  }

  if (!root.dataset.socket) return; // a time that is over
  pauseButton.hidden = false;
  pauseButton.addEventListener("click", pause);
  setState("waiting");
  connect();
  setTimeout(poll, POLL_MS);
})();
