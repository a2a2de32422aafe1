// Snapshots, dead letters and decisions.

import {ago, count, fill, fixed, make, percent, place} from "./text.js";

const cell = (kind, ...content) => make("td", {class: kind}, ...content);
const tag = (text, tone) => make("span", {class: "tag " + tone}, text);

/** What the rollout made of each snapshot, newest decision first. */
function fate(id, rollout) {
  if (!rollout) return [];
  const tags = [];
  if (id === rollout.champion) tags.push(tag("champion", "good"));
  if (id === rollout.candidate) tags.push(tag("candidate, " + place(rollout), "warn"));
  // The newest decision that ended its serving, or its way there.
  const last = rollout.decisions.find((d) => !d.refusal && (d.before === id || d.served === id) && d.candidate !== id && d.champion !== id);
  const ended = {abort: "aborted", rollback: "taken back", degrade: "taken back"}[last?.verb];
  if (tags.length === 0 && ended) tags.push(tag(ended, "bad"));
  if (tags.length === 0 && rollout.decisions.some((d) => !d.refusal && d.champion === id)) tags.push(tag("served before", "muted"));
  return tags;
}

/** The gate's word on a snapshot: the newest decision about it that names one. */
function gate(id, rollout) {
  const word = rollout?.decisions.find((d) => (d.candidate === id || d.before === id) && d.evidence?.verdict)?.evidence.verdict;
  return word ? tag(word, {pass: "good", fail: "bad"}[word] ?? "warn") : "–";
}

export function showSnapshots(snapshots, rollout, start) {
  const table = document.getElementById("snapshots-table");
  if (snapshots.problem) return fill(table, [["Snapshots"]], [], snapshots.problem);
  const headings = [["Snapshot"], ["Step", "n"], ["Bits/byte", "n"], ["Agreement", "n"], ["Gate"], ["State"], ["Written", "n"], ...(start ? [["Rollout of it", "n"]] : [])];
  fill(table, headings, snapshots.map((s) => make("tr", {},
    make("td", {class: "id", title: s.id}, s.id), cell("n", count(s.step)), cell("n", fixed(s.bitsPerByte)), cell("n", percent(s.agreement, 1)),
    cell("", gate(s.id, rollout)), cell("", ...fate(s.id, rollout)), cell("n", ago(s.at)),
    start ? cell("n", start(s)) : null)), "none yet: the first comes after some steps");
}

export function showLetters(letters) {
  const most = Math.max(1, ...letters.map((l) => l.count));
  fill(document.getElementById("letters-table"), [["Code"], ["Stage"], ["Records", "n"], ["Share", "n"]], letters.map((l) => make("tr", {},
    cell("text", l.code.replaceAll("_", " ")), cell("", l.stage), cell("n", count(l.count)),
    cell("n", make("meter", {min: 0, max: most, value: l.count, ariaLabel: `${l.count} records`})))), "none: every record so far was of use");
}

export function showDecisions(rollout) {
  const table = document.getElementById("decisions-table");
  if (!rollout || rollout.problem) return fill(table, [["Decisions"]], [], rollout?.problem ?? "no rollout is known here");
  fill(table, [["#", "n"], ["When", "n"], ["Who"], ["What"], ["Candidate"], ["Then"], ["Why"]], rollout.decisions.map((d) => (d.problem
    ? make("tr", {}, cell("text", d.problem))
    : make("tr", {}, cell("n", String(d.number)), cell("n", ago(d.at)), cell("text", make("div", {}, d.actor)),
      cell("", d.refusal ? tag(d.verb + " refused", "warn") : d.verb),
      cell("id", d.candidate || d.before || d.served || "–"),
      cell("", d.candidate ? place(d) : d.phase),
      cell("text", make("div", {}, [d.refusal, d.reason].filter(Boolean).join(" · ") || evidence(d) || "–"))))), "none yet: production serves");
}

function evidence(decision) {
  return Object.entries(decision.evidence ?? {}).map(([name, value]) => `${name} ${value}`).join(", ").slice(0, 300);
}
