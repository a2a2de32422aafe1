// Numbers as people read them, and elements made of text alone: nothing that came in is ever markup.

/** An element with properties, data and children; a string is text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const known = (value) => typeof value === "number" && Number.isFinite(value);

const whole = new Intl.NumberFormat("en", {maximumFractionDigits: 0});
const tenths = new Intl.NumberFormat("en", {minimumFractionDigits: 1, maximumFractionDigits: 1});

/** 1,234; 12.3k and 4.5M where it is long. */
export function count(value) {
  if (!known(value)) return "–";
  if (Math.abs(value) < 100000) return whole.format(value);
  return Math.abs(value) < 1e6 ? tenths.format(value / 1e3) + "k" : tenths.format(value / 1e6) + "M";
}

export const rate = (value) => (!known(value) ? "–" : value < 100 ? tenths.format(value) : count(value));
export const fixed = (value, digits = 3) => (known(value) ? value.toFixed(digits) : "–");
export const percent = (value, digits = 0) => (known(value) ? (100 * value).toFixed(digits) + " %" : "–");

/** 0:05, 12:34, 3:04:05. */
export function clock(seconds) {
  const all = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor(all / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(all % 60)}` : `${minutes}:${two(all % 60)}`;
}

/** 420 ms, 2.1 s, 5 min, 3 h, 2 d. */
export function duration(seconds) {
  if (!known(seconds)) return "–";
  if (seconds < 1) return Math.round(seconds * 1000) + " ms";
  if (seconds < 10) return seconds.toFixed(1) + " s";
  if (seconds < 120) return Math.round(seconds) + " s";
  if (seconds < 7200) return Math.round(seconds / 60) + " min";
  return seconds < 172800 ? Math.round(seconds / 3600) + " h" : Math.round(seconds / 86400) + " d";
}

/** An element that says how long ago a time is, and goes on saying it. */
export const ago = (millis) => make("time", {data: {at: String(millis)}, dateTime: new Date(millis).toISOString()});

/** @param now the process's clock, in milliseconds */
export function refreshAges(now) {
  for (const element of document.querySelectorAll("time[data-at]")) {
    const text = duration(Math.max(0, (now - Number(element.dataset.at)) / 1000)) + " ago";
    if (element.textContent !== text) element.textContent = text;
  }
}

/** Where a candidate is: at the gate, in shadow, or with a share. */
export const place = ({kind, percent}) => (kind === "gate" ? "at the gate" : kind === "shadow" ? "shadow" : percent + " %");

/** Puts text where it is not there already. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A table's rows anew, with the focus where it was. */
export function fill(table, headings, rows, empty) {
  const focused = document.activeElement?.dataset?.key;
  const head = make("thead", {}, make("tr", {}, ...headings.map(([text, kind]) => make("th", {scope: "col", class: kind ?? ""}, text))));
  const body = make("tbody", {}, ...(rows.length > 0
    ? rows
    : [make("tr", {}, make("td", {class: "none", colSpan: headings.length}, empty))]));
  table.replaceChildren(head, body);
  if (focused) table.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}
