"use strict";
// Draws a board of dashboards/boards.yaml from Prometheus' own API. It is part of a Go template, so there are no back
// quotes and no doubled braces in it.
const board = JSON.parse(document.getElementById("board").textContent);
const asked = new URLSearchParams(location.search);
const ranges = [["15 min", 900, "1m"], ["1 h", 3600, "1m"], ["6 h", 21600, "5m"], ["1 day", 86400, "15m"]];
const colours = ["#c8623a", "#2f8f83", "#5b7fc7", "#c39b2b", "#9a5fb0", "#6b9b37", "#d0577e", "#4aa3c0", "#8a7a66", "#b8532f"];
const everySeconds = 10;
const tip = document.body.appendChild(make("div", {id: "tip"}));
let range = ranges.find((each) => each[0] === asked.get("range")) || ranges[0];
let service = asked.get("service") || "";

function make(name, attributes, ...children) {
  const svg = ["svg", "path", "line", "text", "rect", "g"].includes(name);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

async function ask(path, parameters) {
  const answer = await fetch("../api/v1/" + path + "?" + new URLSearchParams(parameters));
  const said = await answer.json();
  if (said.status !== "success") throw new Error(said.error);
  return said.data;
}

// --- Numbers for people ---------------------------------------------------------------------------------------------

function short(value) {
  const size = Math.abs(value);
  if (size < 1e-9) return "0";
  if (size < 0.1) return value.toPrecision(2);
  if (size >= 1e6) return (value / 1e6).toFixed(1) + " M";
  if (size >= 1e4) return (value / 1e3).toFixed(1) + " k";
  if (size >= 100 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 10 ? 1 : 2);
}

function written(value, unit) {
  if (unit === "ratio") return (value * 100).toFixed(value !== 0 && value < 0.1 ? 2 : 1) + " %";
  if (unit === "seconds ago") return written(value, "seconds") + " ago";
  if (unit === "seconds") {
    if (value === 0) return "0 s";
    if (value >= 120) return (value / 60).toFixed(1) + " min";
    if (value >= 1) return value.toFixed(2) + " s";
    return value >= 0.001 ? short(value * 1e3) + " ms" : short(value * 1e6) + " µs";
  }
  if (unit === "bytes") {
    const step = value >= 1073741824 ? [1073741824, "GiB"] : value >= 1048576 ? [1048576, "MiB"] : [1024, "KiB"];
    return (value / step[0]).toFixed(1) + " " + step[1];
  }
  if (unit === "cores" && value < 1) return short(Math.round(value * 1e5) / 100) + " m";
  if (unit === "money") return value.toLocaleString("en", {minimumFractionDigits: 2, maximumFractionDigits: 2});
  const words = {"per second": " /s", "per minute": " /min", "per hour": " /h", "cores": " cores", "times": " ×", "days": " days"};
  return short(value) + (words[unit] || "");
}

function named(legend, labels) {
  return legend.replace(/[{](\w+)[}]/g, (_, label) => labels[label] || "–");
}

function clock(seconds) {
  return new Date(seconds * 1000).toLocaleTimeString([], {hour: "2-digit", minute: "2-digit", hour12: false});
}

// --- What Prometheus knows ------------------------------------------------------------------------------------------

function expression(query) {
  return query.expr.replace(/\bWINDOW\b/g, range[2]).replace(/\bSERVICE\b/g, 'job="' + service + '"');
}

async function lines(panel, end) {
  const step = Math.max(5, Math.round(range[1] / 180));
  const found = await Promise.all(panel.queries.map(async (query) => {
    const times = {query: expression(query), start: end - range[1], end: end, step: step};
    return (await ask("query_range", times)).result.map((series) => ({
      name: named(query.legend, series.metric),
      points: series.values.map(([time, value]) => [time, Number(value)]).filter((point) => Number.isFinite(point[1])),
      step: step,
    }));
  }));
  return found.flat().filter((series) => series.points.length).sort((one, other) => last(other) - last(one));
}

async function values(panel, end) {
  const found = await Promise.all(panel.queries.map(async (query) =>
    (await ask("query", {query: expression(query), time: end})).result.map((series) => ({
      name: named(query.legend, series.metric), labels: series.metric, value: Number(series.value[1]),
    }))));
  return found.flat().filter((one) => Number.isFinite(one.value)).sort((one, other) => other.value - one.value);
}

function last(series) {
  return series.points[series.points.length - 1][1];
}

// --- Drawing --------------------------------------------------------------------------------------------------------

function ticks(most, unit) {
  const scale = unit === "bytes" ? Math.pow(1024, Math.floor(Math.log(most) / Math.log(1024))) : 1;
  const raw = most / 3 / scale;
  const power = Math.pow(10, Math.floor(Math.log10(raw)));
  const step = scale * power * [1, 2, 5, 10].find((each) => each * power >= raw);
  const made = [];
  for (let at = 0; at <= most * 1.0001; at += step) made.push(at);
  return made;
}

function path(series, x, y) {
  let text = "";
  let before = -Infinity;
  for (const [time, value] of series.points) {
    text += (time - before > 3 * series.step ? "M" : "L") + x(time).toFixed(1) + " " + y(value).toFixed(1);
    before = time;
  }
  return text;
}

function chart(all, unit, end, width, height) {
  const left = 58;
  const bottom = 20;
  const most = Math.max(...all.flatMap((series) => series.points.map((point) => point[1]))) * 1.05 || 1;
  const x = (time) => left + (time - end + range[1]) / range[1] * (width - left - 4);
  const y = (value) => 6 + (1 - value / most) * (height - bottom - 6);
  const said = all.slice(0, 8).map((series) => series.name + " " + written(last(series), unit)).join(", ");
  const drawing = make("svg", {viewBox: "0 0 " + width + " " + height, height: height, role: "img", "aria-label": said});
  for (const value of ticks(most, unit)) {
    drawing.append(make("line", {x1: left, x2: width, y1: y(value), y2: y(value), class: "rule"}));
    drawing.append(make("text", {x: left - 6, y: y(value) + 4, "text-anchor": "end"}, written(value, unit)));
  }
  for (const part of [0.05, 0.35, 0.65, 0.95]) {
    const time = end - range[1] * (1 - part);
    drawing.append(make("text", {x: x(time), y: height - 4, "text-anchor": "middle"}, clock(time)));
  }
  all.forEach((series, index) => drawing.append(make("path", {
    d: path(series, x, y), fill: "none", stroke: colours[index % colours.length], "stroke-width": 2, "stroke-linejoin": "round",
  })));
  drawing.addEventListener("mousemove", (event) => point(event, drawing, all, unit, end, left, width, height - bottom));
  drawing.addEventListener("mouseleave", () => { tip.replaceChildren(); drawing.querySelector(".cross")?.remove(); });
  return drawing;
}

function point(event, drawing, all, unit, end, left, width, height) {
  const box = drawing.getBoundingClientRect();
  const at = (event.clientX - box.left) / box.width * width;
  const time = end - range[1] + (at - left) / (width - left - 4) * range[1];
  drawing.querySelector(".cross")?.remove();
  if (at < left) return;
  drawing.append(make("line", {x1: at, x2: at, y1: 0, y2: height, class: "cross"}));
  const rows = all.map((series, index) => {
    const near = series.points.reduce((best, each) => Math.abs(each[0] - time) < Math.abs(best[0] - time) ? each : best);
    return [near[1], dotted(index, series.name + "  " + written(near[1], unit))];
  }).sort((one, other) => other[0] - one[0]).slice(0, 12);
  tip.replaceChildren(make("div", {}, clock(time)), ...rows.map((row) => row[1]));
  tip.style.left = Math.min(event.clientX + 16, innerWidth - tip.offsetWidth - 8) + "px";
  tip.style.top = Math.min(event.clientY + 12, innerHeight - tip.offsetHeight - 8) + "px";
}

function dotted(index, text, value) {
  const dot = make("span", {class: "dot", style: "background:" + colours[index % colours.length]});
  return make("span", {style: "display:block"}, dot, text, ...(value ? [" ", make("b", {}, value)] : []));
}

function isBad(panel, value) {
  return panel.bad !== null && value >= panel.bad;
}

const draw = {
  async lines(panel, body, end) {
    const all = await lines(panel, end);
    if (!all.length) return false;
    const legend = all.map((series, index) => dotted(index, series.name, written(last(series), panel.unit)));
    body.replaceChildren(chart(all, panel.unit, end, Math.max(260, body.clientWidth), 170), make("div", {class: "legend"}, ...legend));
    return true;
  },
  async number(panel, body, end) {
    const all = (await lines(panel, end)).filter((series) => end - series.points[series.points.length - 1][0] < 3 * series.step);
    if (!all.length) return false;  // what was is no news
    const [, amount, unit] = written(last(all[0]), panel.unit).match(/^(\S+(?: [Mk](?= |$))?)(.*)$/);
    const shown = make("div", {class: "number" + (isBad(panel, last(all[0])) ? " bad" : "")}, amount, make("small", {}, unit));
    const most = Math.max(...all[0].points.map((each) => each[1])) || 1;
    const spark = make("svg", {viewBox: "0 0 200 34", height: 34, preserveAspectRatio: "none", "aria-hidden": "true"});
    const first = all[0].points[0][0];
    const x = (time) => 200 * (time - first) / Math.max(1, end - first);
    spark.append(make("path", {d: path(all[0], x, (value) => 32 - value / most * 30), fill: "none", stroke: colours[0],
      "stroke-width": 1.5, "vector-effect": "non-scaling-stroke"}));
    body.replaceChildren(shown, spark);
    return true;
  },
  async bars(panel, body, end) {
    const all = await values(panel, end);
    if (!all.length) return false;
    const most = Math.max(panel.bad || 0, ...all.map((one) => one.value)) || 1;
    body.replaceChildren(...all.map((one) => make("div", {class: "bar"}, make("span", {}, one.name),
      make("i", {class: isBad(panel, one.value) ? "bad" : "", style: "width:" + 100 * one.value / most + "%"}),
      make("span", {}, written(one.value, panel.unit)))));
    return true;
  },
  async table(panel, body, end) {
    const all = await values(panel, end);
    if (!all.length) return false;
    const head = [...panel.labels, panel.queries[0].legend].map((word) => make("th", {scope: "col"}, word));
    const rows = all.map((one) => make("tr", {}, ...panel.labels.map((label) => make("td", {}, one.labels[label] || "–")),
      make("td", {class: isBad(panel, one.value) ? "bad" : ""}, written(one.value, panel.unit))));
    body.replaceChildren(make("div", {class: "scroll", tabindex: 0},
      make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows))));
    return true;
  },
};

async function show(panel, body, end) {
  try {
    if (!await draw[panel.kind](panel, body, end)) body.replaceChildren(make("div", {class: "empty"}, "Nothing yet."));
  } catch (error) {
    body.replaceChildren(make("div", {class: "empty"}, "Prometheus says: " + error.message));
  }
}

async function showAlerts() {
  const groups = (await ask("rules", {type: "alert"})).groups;
  const rules = groups.flatMap((group) => group.rules);
  const loud = rules.filter((rule) => rule.alerts.length).sort((one, other) => one.state < other.state ? -1 : 1);  // firing first
  const made = loud.map((rule) => {
    const since = Math.min(...rule.alerts.map((alert) => Date.parse(alert.activeAt)));
    const told = rule.alerts.map((alert) => alert.annotations.summary).join("; ");
    return make("div", {class: "alert " + rule.state}, make("strong", {}, rule.name), " ",
      rule.state + " since " + clock(since / 1000) + ": " + told + ". What to do: ", make("code", {}, rule.annotations.runbook));
  });
  const silent = make("div", {class: "alert"}, rules.length ? "All " + rules.length + " alerts are silent." : "There are no alerts.");
  document.getElementById("alerts").replaceChildren(...(made.length ? made : [silent]));
}

// --- The page -------------------------------------------------------------------------------------------------------

function link(page) {
  const more = new URLSearchParams({range: range[0]});
  if (service) more.set("service", service);
  return page + "?" + more;
}

function frame() {
  document.title = board.title + " – Serai";
  document.getElementById("title").textContent = board.title;
  document.getElementById("about").textContent = board.about;
  document.getElementById("pages").replaceChildren(...board.pages.map((one) =>
    make("a", Object.assign({href: link(one.page)}, one.title === board.title ? {"aria-current": "page"} : {}), one.title)));
  document.getElementById("ranges").replaceChildren(...ranges.map((each) => {
    const button = make("button", {type: "button", "aria-pressed": String(each === range)}, each[0]);
    button.addEventListener("click", () => { range = each; change(); });
    return button;
  }));
}

function change() {
  history.replaceState(null, "", link(location.pathname.split("/").pop()));
  frame();
  refresh();
}

async function chooseService() {
  const end = Date.now() / 1000;
  const found = await ask("label/job/values", {"match[]": 'build_info{site!=""}', start: end - 86400, end: end});
  const chosen = make("select", {"aria-label": "Service"}, ...found.map((each) => make("option", {value: each}, each)));
  if (!found.includes(service)) service = found.includes("order") ? "order" : found[0] || "";
  chosen.value = service;
  chosen.addEventListener("change", () => { service = chosen.value; change(); });
  document.getElementById("choice").replaceChildren(chosen);
  frame();
}

const places = [];
for (const row of board.rows) {
  const grid = make("div", {class: "grid"});
  for (const panel of row.panels) {
    const body = make("div", {});
    const title = make("h3", {}, panel.title);
    if (panel.about) title.append(make("button", {class: "why", type: "button", title: panel.about, "aria-label": panel.about}, "?"));
    grid.append(make("section", {class: "panel", style: "grid-column: span " + panel.wide}, title, body));
    places.push([panel, body]);
  }
  document.getElementById("rows").append(make("h2", {}, row.row), grid);
}

async function refresh() {
  const end = Math.floor(Date.now() / 1000);
  await Promise.all([showAlerts().catch(() => {}), ...places.map(([panel, body]) => show(panel, body, end))]);
  document.body.dataset.drawn = String(end);
}

frame();
(board.choose ? chooseService() : Promise.resolve()).then(refresh).catch((error) => {
  document.getElementById("about").textContent = "Prometheus does not answer: " + error.message;
});
setInterval(() => document.hidden || refresh(), everySeconds * 1000);
