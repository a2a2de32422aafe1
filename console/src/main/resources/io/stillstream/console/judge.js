// What is known of the candidate: by the judge while it serves, and by the gate before.

import {count, fixed, known, make, percent, put} from "./text.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDES = {candidate: "candidate", champion: "champion"};
const CHECKS = {failures: "failures", latency: "latency", likelihood: "likelihood"};
const AGAINST = {champion: "the champion", best_champion: "the best champion"};

const box = document.getElementById("judge-body");
const note = document.getElementById("judge-note");

/** @param rollout as the page knows it; without a candidate the figures are of the last one */
export function showJudge(judge, rollout) {
  document.getElementById("judge").hidden = !judge?.sides;
  if (!judge?.sides) return;
  put(note, rollout?.candidate ? "" : "No candidate serves: these are of the last one.");
  const sides = Object.keys(SIDES).filter((side) => judge.sides[side]);
  const scale = intervals(judge.sides, sides);
  box.replaceChildren(
    table(judge.sides, sides),
    ...(scale ? [scale] : []),
    make("dl", {class: "facts"}, ...[...gate(judge), ...alarms(judge)].flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)])));
}

/** Before an answer is scored the bounds are those of anything. */
const scored = (side) => known(side.estimate) && known(side.low) && known(side.high);

function table(all, sides) {
  const row = (label, text) => make("tr", {}, make("th", {scope: "row"}, label), ...sides.map((side) => make("td", {class: "n"}, text(all[side]))));
  return make("table", {},
    make("thead", {}, make("tr", {}, make("td", {}, "since its rollout began"), ...sides.map((side) => make("th", {scope: "col", class: "n"}, SIDES[side])))),
    make("tbody", {},
      row("answered", (s) => count(s.answers)),
      row("failed", (s) => percent(s.failures, 1)),
      row("bits per byte", (s) => fixed(s.estimate)),
      row("between", (s) => (scored(s) ? `${fixed(s.low, 2)}–${fixed(s.high, 2)}` : "–"))));
}

/** Each side's interval on one scale; the table beside it has the figures. */
function intervals(all, sides) {
  const ends = sides.filter((side) => scored(all[side])).flatMap((side) => [all[side].low, all[side].high]);
  if (ends.length === 0) return null;
  const low = Math.min(...ends);
  const width = Math.max(...ends) - low || 1;
  const at = (value) => `${2 + 96 * (value - low) / width}%`;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "intervals");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("height", String(12 * sides.length));
  sides.forEach((side, i) => {
    const {low: from, high: to, estimate} = all[side];
    if (!scored(all[side])) return;
    svg.append(shape("line", {x1: at(from), x2: at(to), y1: 6 + 12 * i, y2: 6 + 12 * i, class: side}));
    svg.append(shape("circle", {cx: at(estimate), cy: 6 + 12 * i, r: 4, class: side}));
  });
  return svg;
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function gate({gate = {}, verdicts = {}}) {
  const lines = Object.entries(gate).filter(([, g]) => known(g.estimate))
    .map(([against, g]) => [`gate: worse than ${AGAINST[against] ?? against} by`, `${fixed(g.estimate)} of ${fixed(g.margin)} allowed`]);
  const said = ["pass", "hold", "fail"].filter((v) => verdicts[v] > 0).map((v) => `${count(verdicts[v])} ${v}`);
  return [...lines, ["the gate said", said.join(", ") || "nothing yet"]];
}

function alarms({alarms = {}}) {
  const raised = Object.entries(CHECKS).filter(([check]) => alarms[check] > 0).map(([check, name]) => `${count(alarms[check])} for ${name}`);
  return [["alarms of the judge", raised.length > 0 ? make("span", {class: "bad"}, raised.join(", ")) : "none"]];
}
