// Keeps the dashboard live: new fragments and chart data come over a WebSocket, or, where that does
// not get through, by fetching the page again.
(() => {
  "use strict";

  const MAX_WAIT_MS = 30000;
  const POLL_MS = 5000;
  const SILENCE_MS = 15000; // the server sends at least every 5 seconds
  const SIGNED_OUT = 4401;
  const FRAGMENTS = ["tiles", "tables", "connections"];
  const STATES = {
    live: "Live",
    waiting: "Connecting…",
    polling: "Every 5 seconds",
    offline: "Out of reach, trying again",
    stale: "No news: the database is out of reach",
  };

  const root = document.querySelector(".dashboard");
  const badge = root.querySelector(".live-badge");
  const chartFrame = root.querySelector(".chart-frame");
  const chartPlace = root.querySelector(".chart");
  let range = root.dataset.range;
  let series = JSON.parse(document.getElementById("series").textContent);
  let chart = null;
  let socket = null;
  let failures = 0;
  let silence = 0;
  let clockAhead = Date.now() / 1000 - root.dataset.now; // seconds, of this computer's clock

  // Fragments

  // Changes `current` into `wanted` by touching only what differs, so that a selection, the
  // focus and the place scrolled to stay.
  function patch(current, wanted) {
    if (current.nodeType !== wanted.nodeType || current.nodeName !== wanted.nodeName) {
      current.replaceWith(wanted.cloneNode(true));
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
    patchChildren(current, wanted);
  }

  function patchChildren(current, wanted) {
    const old = [...current.childNodes];
    const next = [...wanted.childNodes];
    next.forEach((node, i) => (i < old.length ? patch(old[i], node) : current.append(node.cloneNode(true))));
    old.slice(next.length).forEach((node) => node.remove());
  }

  function showFragment(name, content) {
    patchChildren(root.querySelector(`[data-fragment="${name}"]`), content);
  }

  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  // Times are told here, so that the server need not send the page again each second.
  function ago(seconds) {
    for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
      if (seconds >= length) return `${Math.floor(seconds / length)} ${unit} ago`;
    }
    return seconds < 5 ? "just now" : `${Math.floor(seconds)} s ago`;
  }

  function tellTimes(within) {
    const now = Date.now() / 1000 - clockAhead;
    for (const time of within.querySelectorAll("time")) {
      const text = ago(now - Date.parse(time.dateTime) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  // Chart

  function colour(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }

  function formatMs(value) {
    if (value == null) return "–";
    return value < 1000 ? `${value.toPrecision(value < 10 ? 2 : 3)} ms` : `${(value / 1000).toFixed(1)} s`;
  }

  // Points that no line reaches, since their neighbours have no value.
  function alone(plot, seriesIndex) {
    const values = plot.data[seriesIndex];
    return values.flatMap((value, i) => (value != null && values[i - 1] == null && values[i + 1] == null ? [i] : []));
  }

  // All times on the page are UTC, written the same way everywhere.
  function utc(at) {
    return `${new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }

  function timeOfTick(at) {
    const text = new Date(at * 1000).toISOString();
    const isMidnight = text.slice(11, 16) === "00:00";
    return isMidnight ? text.slice(5, 10) : text.slice(11, 16);
  }

  function options() {
    const muted = colour("--text-muted");
    const grid = { stroke: colour("--border"), width: 1 };
    const axis = { stroke: muted, grid, ticks: grid, font: "12px system-ui, sans-serif" };
    const bars = uPlot.paths.bars({ size: [0.75, 40] });
    return {
      width: chartPlace.clientWidth,
      height: 240,
      scales: {
        x: { range: (_, first, last) => [first - stepSeconds() / 2, last + stepSeconds() / 2] },
        y: { range: (_, low, high) => [0, Math.max(4, high * 1.1)] },
        ms: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] },
      },
      axes: [
        { ...axis, grid: { show: false }, values: (_, ticks) => ticks.map(timeOfTick) },
        { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7] },
        { ...axis, scale: "ms", side: 1, size: 64, grid: { show: false }, values: (_, ticks) => ticks.map((ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`)) },
      ],
      series: [
        { label: "Time", value: (_, at) => (at == null ? "–" : utc(at)) },
        { label: "Requests", fill: colour("--chart-requests"), stroke: colour("--chart-requests"), width: 0, paths: bars, points: { show: false } },
        { label: "Errors", fill: colour("--bad"), stroke: colour("--bad"), width: 0, paths: bars, points: { show: false } },
        { label: "p95", scale: "ms", stroke: colour("--chart-latency"), width: 1.5, points: { show: false, filter: alone, size: 5 }, value: (_, ms) => formatMs(ms) },
      ],
      cursor: { y: false, drag: { x: false, y: false } },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
    };
  }

  function stepSeconds() {
    return series.at[1] - series.at[0];
  }

  function chartData() {
    return [series.at, series.requests, series.errors, series.p95_ms];
  }

  function drawChart() {
    const isEmpty = series.requests.every((count) => count === 0);
    chartFrame.hidden = isEmpty;
    if (isEmpty) return;
    if (chart) chart.setData(chartData());
    else chart = new uPlot(options(), chartData(), chartPlace);
    // Nothing pointed at: the legend tells the latest.
    if (chart.cursor.idx == null) chart.setLegend({ idx: series.at.length - 1 });
  }

  function redrawChart() {
    if (chart) chart.destroy();
    chart = null;
    drawChart();
  }

  // Connection

  function setState(state) {
    if (badge.dataset.state === state) return;
    badge.dataset.state = state;
    badge.textContent = STATES[state];
    root.classList.toggle("is-live", state === "live");
  }

  function show(message) {
    if (message.range !== range) return; // made before the range was switched
    clockAhead = Date.now() / 1000 - message.at;
    for (const name of FRAGMENTS) {
      if (!(name in message.parts)) continue; // as it was
      const content = parse(message.parts[name]);
      tellTimes(content);
      showFragment(name, content);
    }
    if ("series" in message.parts) series = message.parts.series;
    drawChart();
  }

  // A connection that died without a word is given up at once: closing it would take the browser
  // another minute, in which the page would go on to say that it is live.
  function listenForSilence() {
    clearTimeout(silence);
    silence = setTimeout(() => {
      const silent = socket;
      silent.onmessage = silent.onclose = null;
      silent.close();
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
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    socket = new WebSocket(`${scheme}//${location.host}${root.dataset.socket}?range=${range}`);
    socket.onmessage = (event) => {
      failures = 0;
      listenForSilence();
      const message = JSON.parse(event.data);
      setState(message.type === "snapshot" ? "live" : "stale");
      if (message.type === "snapshot") show(message);
    };
    socket.onclose = (event) => {
      clearTimeout(silence);
      if (event.code === SIGNED_OUT) {
        location.reload();
        return;
      }
      reconnect();
    };
  }

  async function fetchPage() {
    const response = await fetch(`?range=${range}`, { redirect: "manual" });
    if (response.type === "opaqueredirect" || response.status === 403) {
      location.reload();
      return;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fetched = page.querySelector(".dashboard");
    if (fetched.dataset.range !== range) return;
    clockAhead = Date.now() / 1000 - fetched.dataset.now;
    for (const name of FRAGMENTS) {
      showFragment(name, page.querySelector(`[data-fragment="${name}"]`));
    }
    series = JSON.parse(page.getElementById("series").textContent);
    drawChart();
  }

  async function poll() {
    if (failures > 1) {
      try {
        await fetchPage();
        if (failures > 1) setState("polling");
      } catch {
        setState("offline");
      }
    }
    setTimeout(poll, POLL_MS);
  }

  function switchRange(event) {
    const link = event.target.closest("a[data-range]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (!socket || socket.readyState !== WebSocket.OPEN) return; // the link loads the page
    event.preventDefault();
    range = link.dataset.range;
    for (const each of root.querySelectorAll("a[data-range]")) {
      if (each === link) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    root.querySelector(".refresh").search = link.search;
    history.replaceState(null, "", link.search);
    socket.send(JSON.stringify({ range }));
  }

  drawChart();
  new ResizeObserver(() => {
    if (chart && chartPlace.clientWidth) chart.setSize({ width: chartPlace.clientWidth, height: 240 });
  }).observe(chartPlace);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawChart);
  root.querySelector(".ranges").addEventListener("click", switchRange);
  setState("waiting");
  connect();
  setTimeout(poll, POLL_MS);
  setInterval(() => tellTimes(root), 1000);
})();
