// The stations of a prompt, with what flows between them.

import {clock, count, duration, fixed, known, make, place, put, rate} from "./text.js";

const stations = new Map();
const list = document.getElementById("stations");

function station(name) {
  if (!stations.has(name)) {
    const figure = make("p", {class: "figure"});
    const facts = make("dl");
    const item = make("li", {}, make("h3", {}, name), figure, facts);
    list.append(item);
    stations.set(name, {item, figure, facts, lines: new Map()});
  }
  return stations.get(name);
}

function show(name, value, unit, facts) {
  const at = station(name);
  const absent = value === null;
  at.item.classList.toggle("absent", absent);
  const text = absent ? "elsewhere" : value;
  if (at.shown !== text + unit) {
    at.shown = text + unit;
    at.figure.replaceChildren(text, ...(absent ? [] : [make("span", {class: "unit"}, unit)]));
  }
  for (const [label, fact] of absent ? [] : facts) {
    if (!at.lines.has(label)) {
      const value = make("dd");
      at.facts.append(make("dt", {}, label), value);
      at.lines.set(label, value);
    }
    put(at.lines.get(label), fact);
  }
}

/** What is here of each station; one that another process runs is said to be elsewhere. */
export function showStages(stages, rollout, snapshots) {
  const {producer, proxy, scorer, trainer, serving, lag} = stages;
  const topics = Object.entries(lag);
  const waits = (ending) => topics.find(([topic]) => topic.endsWith(ending))?.[1];
  const produces = known(producer.prompts) || known(proxy.calls);
  show("Producer", produces ? rate(producer.promptsPerSecond) : null, "prompts/s", [
    ["sent", count(producer.prompts)],
    ["held out", count(producer.heldOut)],
    ...(known(proxy.calls) && proxy.calls > 0 ? [["through the proxy", count(proxy.calls)]] : []),
  ]);
  show("Teacher scores", known(scorer.prompts) ? rate(scorer.tokensPerSecond) : null, "tokens/s", [
    ["scored", count(scorer.prompts)],
    ["waiting", count(known(producer.waiting) ? Math.max(0, producer.waiting) : waits("prompts"))],
    ["age when scored", duration(scorer.age)],
  ]);
  show("Student trains", known(trainer.responses) ? rate(trainer.tokensPerSecond) : null, "tokens/s", [
    ["step", count(trainer.step)],
    ["waiting", count(waits("teacher-targets"))],
    ["age when trained on", duration(trainer.age)],
  ]);
  const newest = snapshots[0];
  const published = known(trainer.responses) || newest;
  show("Snapshots", published ? count(known(trainer.snapshots) ? trainer.snapshots : snapshots.length) : null, "published", [
    ["newest", newest ? "step " + count(newest.step) : "–"],
    ["age", newest ? duration(Math.max(0, (stages.at - newest.at) / 1000)) : "–"],
    ["bits/byte", fixed(newest?.bitsPerByte)],
  ]);
  const step = (id) => (id ? "step " + count(Number(id.split("-")[0])) : "–");
  const champion = rollout?.champion;
  show("Served", rollout ? (champion ? step(champion) : "production") : known(serving.requests) ? rate(serving.requestsPerSecond) : null,
    rollout ? (champion ? "champion" : "") : "requests/s", [
      ["candidate", rollout?.candidate ? step(rollout.candidate) : "none"],
      ["its share", rollout?.candidate ? place(rollout) : "–"],
      ...(known(serving.requests) && serving.requests > 0 ? [["answered", count(serving.requests)]] : []),
    ]);
  put(document.getElementById("process"), stages.process === "pipeline" ? "all stages in one process" : stages.process);
  put(document.getElementById("uptime"), "up " + clock((stages.at - stages.started) / 1000));
}
