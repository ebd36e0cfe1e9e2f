// Draws requests, errors and the 95th percentile over time. Dragging across it looks closer.
(() => {
  "use strict";

  const root = document.querySelector(".dashboard");
  const frame = root.querySelector(".chart-frame");
  if (!frame) return;
  const place = frame.querySelector(".chart");
  const step = Number(root.dataset.step);
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  // Nothing finer than a minute: no label would tell it from its neighbour.
  const TICKS = [
    ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
    ...[1, 2, 3, 4, 6, 8, 12].map((hours) => hours * HOUR),
    ...[1, 2, 3, 5, 7, 10, 14, 30, 60, 90, 180, 365].map((days) => days * DAY),
  ];
  let series = null;
  let chart = null;

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

  function stepSeconds() {
    return series.at.length > 1 ? series.at[1] - series.at[0] : step;
  }

  // Days are counted as UTC has them.
  function zone() {
    return stepSeconds() >= 86400 ? "Etc/UTC" : window.times.zone;
  }

  function timeOfTick(at) {
    const date = new Date(at * 1000);
    const parts = { timeZone: zone() };
    const time = date.toLocaleTimeString(undefined, { ...parts, hour: "2-digit", minute: "2-digit" });
    const isMidnight = date.toLocaleTimeString("en-GB", { ...parts, hour: "2-digit", minute: "2-digit" }) === "00:00";
    return isMidnight ? date.toLocaleDateString(undefined, { ...parts, month: "short", day: "numeric" }) : time;
  }

  function timeOfPoint(at) {
    const style = stepSeconds() >= 86400 ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
    return new Date(at * 1000).toLocaleString(undefined, { ...style, timeZone: zone() });
  }

  function lookCloser(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    const first = plot.posToIdx(left);
    const last = plot.posToIdx(left + width);
    const written = (at) => new Date(at * 1000).toISOString().slice(0, 19) + "Z";
    const asked = new URLSearchParams(location.search);
    for (const name of ["range", "day", "page"]) asked.delete(name);
    asked.set("from", written(series.at[first]));
    asked.set("to", written(series.at[last] + stepSeconds()));
    location.search = asked;
  }

  function hasLatency() {
    return series.p95_ms.some((ms) => ms != null);
  }

  function options() {
    const muted = colour("--text-muted");
    const grid = { stroke: colour("--border"), width: 1 };
    const axis = { stroke: muted, grid, ticks: grid, font: "12px system-ui, sans-serif" };
    const bars = uPlot.paths.bars({ size: [0.75, 40] });
    return {
      width: place.clientWidth,
      height: 240,
      scales: {
        x: { range: (_, first, last) => [first - stepSeconds() / 2, last + stepSeconds() / 2] },
        y: { range: (_, low, high) => [0, Math.max(4, high * 1.1)] },
        ms: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] },
      },
      axes: [
        { ...axis, grid: { show: false }, space: 90, incrs: TICKS, values: (_, ticks) => ticks.map(timeOfTick) },
        { ...axis, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7] },
        { ...axis, show: hasLatency(), scale: "ms", side: 1, size: 64, grid: { show: false }, values: (_, ticks) => ticks.map((ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`)) },
      ],
      series: [
        { label: "Time", value: (_, at) => (at == null ? "–" : timeOfPoint(at)) },
        { label: "Requests", fill: colour("--chart-requests"), stroke: colour("--chart-requests"), width: 0, paths: bars, points: { show: false } },
        { label: "Errors", fill: colour("--bad"), stroke: colour("--bad"), width: 0, paths: bars, points: { show: false } },
        ...(hasLatency() ? [{ label: "p95", scale: "ms", stroke: colour("--chart-latency"), width: 1.5, points: { show: false, filter: alone, size: 5 }, value: (_, ms) => formatMs(ms) }] : []),
      ],
      cursor: { y: false, drag: { x: true, y: false, setScale: false } },
      hooks: { setSelect: [lookCloser] },
      tzDate: (at) => uPlot.tzDate(new Date(at * 1000), zone()),
    };
  }

  function draw(data) {
    series = data;
    const isEmpty = series.requests.every((count) => count === 0);
    frame.hidden = isEmpty;
    if (isEmpty) return;
    const columns = [series.at, series.requests, series.errors, ...(hasLatency() ? [series.p95_ms] : [])];
    if (chart && chart.series.length !== columns.length) {
      redraw();
      return;
    }
    if (chart) chart.setData(columns);
    else chart = new uPlot(options(), columns, place);
    // Nothing pointed at: the legend tells the latest.
    if (chart.cursor.idx == null) chart.setLegend({ idx: series.at.length - 1 });
  }

  function redraw() {
    if (chart) chart.destroy();
    chart = null;
    if (series) draw(series);
  }

  new ResizeObserver(() => {
    if (chart && place.clientWidth) chart.setSize({ width: place.clientWidth, height: 240 });
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  window.chart = { draw, redraw };
  const own = document.getElementById("series");
  if (own) draw(JSON.parse(own.textContent));
})();
