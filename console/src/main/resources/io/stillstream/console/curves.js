// Curves over the whole run. The process keeps them bounded and says when it has thinned them; here is only what it sent.

import {clock, fixed, known, make, percent, put, rate} from "./text.js";

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 172800, 604800];
const FONT = "11px system-ui, sans-serif";

/** What each chart shows: where, how a value reads, and which columns have a name and a place of their own. */
const CHARTS = {
  heldOut: {
    where: "chart-held-out", value: (v) => fixed(v, 3), steps: true,
    columns: {student: {name: "student", width: 2}, champion: {name: "champion", color: 3}, teacher: {name: "teacher’s floor", color: 2, dash: true}},
  },
  loss: {where: "chart-loss", value: (v) => fixed(v, 2), columns: {total: {name: "total", width: 2}}},
  shares: {where: "chart-shares", value: (v) => percent(v), range: [0, 1], columns: {}},
  speed: {where: "chart-speed", value: (v) => rate(v), columns: {scored: {name: "scored"}, trained: {name: "trained"}}, from: 0},
};
/** A term has one name and one colour in all charts. */
const TERMS = {
  cross_entropy: ["cross-entropy", 2], sequential_logarithmic: ["sequential log (SL)", 3], absolute_difference: ["absolute difference (HAD)", 4],
  sinkhorn_distance: ["Sinkhorn (SD)", 5], kl: ["KL", 6], uld: ["ULD", 4], aligned_likelihood: ["aligned likelihood", 5],
};

const curves = new Map();
let started = 0;

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class Curve {
  constructor(spec) {
    this.spec = spec;
    this.at = [];
    this.values = new Map();
    this.box = document.getElementById(spec.where);
    this.empty = make("p", {class: "empty"}, "nothing yet");
    this.box.append(this.empty);
    this.legend = make("ul", {class: "legend"});
    this.box.after(this.legend);
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.box);
  }

  /** All of it anew, or what was added. */
  take(sent) {
    if (!sent.added) {
      this.at = sent.at;
      this.values = new Map(Object.entries(sent.values));
    } else {
      if (sent.at[0] <= this.at[this.at.length - 1]) return;
      this.at.push(sent.at[0]);
      for (const [name, column] of this.values) column.push(sent.values[name]?.[0] ?? null);
    }
    this.draw();
  }

  columns() {
    const order = Object.keys(this.spec.columns);
    const place = (name) => (order.includes(name) ? order.indexOf(name) : order.length);
    return [...this.values.keys()].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  }

  draw() {
    const columns = this.columns();
    const key = columns.join();
    if (this.at.length === 0 || columns.length === 0) return;
    if (this.at.length === 1 && !this.plot) put(this.empty, "the first point is here; a curve needs two");
    if (this.at.length < 2) {
      this.tell(columns);
      return;
    }
    if (this.key !== key) {
      this.key = key;
      this.rebuild();
    } else {
      this.plot.setData(this.data(columns));
    }
    this.tell(columns);
  }

  data(columns) {
    return [this.at.map((t) => t - started), ...columns.map((name) => this.values.get(name))];
  }

  size() {
    return {width: Math.max(200, this.box.clientWidth), height: this.box.clientHeight};
  }

  /** A plot of the present columns in the present colours. */
  rebuild() {
    const columns = this.columns();
    this.plot?.destroy();
    this.box.replaceChildren();
    const axis = {stroke: css("--muted"), font: FONT, grid: {stroke: css("--soft"), width: 1}, ticks: {stroke: css("--line"), width: 1, size: 4}};
    const sparse = this.at.length < 60;
    this.plot = new uPlot({
      ...this.size(),
      legend: {show: false},
      cursor: {sync: {key: "console"}, points: {size: 6}, y: false, drag: {x: false, y: false}},
      scales: {
        x: {time: false},
        y: {range: this.spec.range ? () => this.spec.range : (u, low, high) => span(low, high, this.spec.from)},
      },
      axes: [
        {...axis, incrs: STEPS, values: (u, ticks) => ticks.map(clock), size: 24, gap: 3},
        {...axis, size: 46, gap: 4, values: (u, ticks) => ticks.map((v) => this.tick(v))},
      ],
      series: [{}, ...columns.map((name, i) => this.style(name, i, sparse))],
      hooks: {setCursor: [() => this.tell(columns)]},
    }, this.data(columns), this.box);
  }

  tick(value) {
    return this.spec.range ? Math.round(100 * value) + " %" : known(value) && Math.abs(value) >= 1000 ? value / 1000 + "k" : String(+value.toFixed(3));
  }

  color(name, i) {
    return this.spec.columns[name]?.color ?? TERMS[name]?.[1] ?? (i % 6) + 1;
  }

  style(name, i, sparse) {
    const {width = 1.5, dash} = this.spec.columns[name] ?? {};
    const stepped = this.spec.steps && name !== "student";
    return {
      stroke: css(`--c${this.color(name, i)}`), width, spanGaps: name !== "champion",
      ...(dash ? {dash: [6, 4]} : {}),
      ...(stepped ? {paths: uPlot.paths.stepped({align: 1})} : {}),
      points: {show: sparse && name === "student", size: 4},
    };
  }

  /** The legend has the values under the cursor, or the last ones; the chart is described by them. */
  tell(columns) {
    const index = this.plot?.cursor.idx ?? this.at.length - 1;
    const texts = columns.map((name, i) => {
      const column = this.values.get(name);
      return {name: this.spec.columns[name]?.name ?? TERMS[name]?.[0] ?? name.replaceAll("_", " "), color: this.color(name, i), dash: this.spec.columns[name]?.dash, value: this.spec.value(column[index])};
    });
    const told = texts.map((t) => t.name).join();
    if (this.told !== told) {
      this.told = told;
      this.legend.replaceChildren(...texts.map((t) => make("li", {}, make("i", {class: `k${t.color}${t.dash ? " dash" : ""}`}), t.name, make("b"))));
    }
    texts.forEach((t, i) => put(this.legend.children[i].lastChild, t.value));
    if (this.plot) {
      this.plot.root.setAttribute("role", "img");
      this.plot.root.setAttribute("aria-label", `${this.at.length} points from ${clock(this.at[0] - started)} to ${clock(this.at[this.at.length - 1] - started)}; at the end `
        + texts.map((t) => `${t.name} ${t.value}`).join(", "));
    }
  }
}

/** Some room above and below, and no more digits than are needed. */
function span(low, high, from) {
  if (!known(low) || !known(high)) return [0, 1];
  const bottom = from ?? Math.min(low, high);
  const room = Math.max(1e-6, high - bottom) * 0.06 || 0.1;
  return [from ?? bottom - room, high + room];
}

export function showCurves(all, start) {
  started = start / 1000;
  all.forEach(takeCurve);
}

export function takeCurve(sent) {
  const spec = CHARTS[sent.series];
  if (!spec) return;
  if (!curves.has(sent.series)) curves.set(sent.series, new Curve(spec));
  curves.get(sent.series).take(sent);
  if (sent.series === "heldOut") summary(curves.get("heldOut"));
}

/** The one sentence that a newcomer reads. */
function summary(curve) {
  const student = (curve.values.get("student") ?? []).filter(known);
  const floor = (curve.values.get("teacher") ?? []).filter(known).pop();
  if (student.length === 0) return;
  const first = student[0];
  const last = student[student.length - 1];
  let text = student.length === 1
    ? `Before training the student needs ${fixed(first)} bits for each byte of an answer that it has never seen`
    : `From ${fixed(first)} to ${fixed(last)} bits per byte`;
  if (known(floor)) text += `; the teacher needs ${fixed(floor)}`;
  if (student.length > 1 && last > first) text += ". It is worse than at the beginning";
  else if (student.length > 1 && known(floor) && first - floor > 0.01) text += `. ${percent((first - last) / (first - floor))} of the way is done`;
  put(document.getElementById("held-out-summary"), text + ".");
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const curve of curves.values()) if (curve.plot) curve.rebuild();
});
