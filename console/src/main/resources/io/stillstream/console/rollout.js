// The rollout and its buttons. A click says which state it was made at, and the decision names the click.

import {ago, duration, make, put} from "./text.js";
import {openRewind} from "./rewind.js";

const state = document.getElementById("rollout-state");
const status = document.getElementById("command-status");
const reason = document.getElementById("reason");
const form = document.getElementById("token-form");
const dialog = document.getElementById("confirm");

const TOKEN = "stillstream-token";
const TONES = {healthy: "good", progressing: "warn", paused: "warn", degraded: "bad", aborted: "bad"};
const AT = {
  gate: () => "the gate, which judges it on held-out records",
  shadow: () => "shadow: copies of calls, answers unseen",
  share: (r) => `${r.percent} % of conversations`,
};
const DANGEROUS = {
  abort: (r) => ["Abort this rollout?", `${r.candidate} is taken back. It may be started again.`, "Abort"],
  rollback: (r) => (r.candidate
    ? ["Roll back the candidate?", `${r.candidate} is taken back and rejected: its weights are never served again.`, "Roll back"]
    : ["Roll back the champion?", `${r.champion} is taken back and rejected for good; ${r.previous || "production"} serves.`, "Roll back"]),
};

let rollout = null;
let rights = {commands: false, token: false, texts: false};
let waiting = null;
let onToken = () => {};

export const token = () => sessionStorage.getItem(TOKEN) ?? "";
export const maySee = () => rights.texts || token() !== "";
const mayCommand = () => rights.commands && token() !== "";

export function whenUnlocked(action) {
  onToken = action;
}

/** A token behind the # of the address is taken, and out of the address. */
export function takeTokenFromAddress() {
  const given = /^#token=([!-~]{16,4096})$/.exec(location.hash)?.[1];
  if (given) {
    sessionStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = document.getElementById("token");
  if (field.value) sessionStorage.setItem(TOKEN, field.value);
  field.value = "";
  showRights(rights);
  onToken();
});

export function showRights(sent) {
  rights = sent;
  form.hidden = !rights.token || token() !== "";
  document.getElementById("commands").hidden = !mayCommand();
  showRollout(rollout);
}

/** A button that starts a rollout with a snapshot; null where nobody may. */
export function starter() {
  if (!mayCommand() || !rollout || rollout.problem) return null;
  const free = rollout.candidate === "" && rollout.controller;
  return (snapshot) => make("button", {
    type: "button", disabled: !free || snapshot.id === rollout.champion, data: {key: "start " + snapshot.id},
    ariaLabel: "Start a rollout of " + snapshot.id, onclick: () => click("start", snapshot.id),
  }, "Start");
}

export function showRollout(sent) {
  rollout = sent;
  if (!rollout || rollout.problem) {
    state.replaceChildren(make("p", {class: "muted"}, rollout?.problem ?? "This process knows of no rollout: it has no cluster."));
    document.getElementById("buttons").replaceChildren();
    return;
  }
  const facts = [
    ["Phase", make("span", {class: "tag " + (TONES[rollout.phase] ?? "")}, rollout.phase)],
    ["Champion", rollout.champion || "none: production serves"],
    ["Candidate", rollout.candidate || "none"],
    ...(rollout.candidate ? [["At", AT[rollout.kind]?.(rollout)]] : []),
    ...(rollout.candidate ? [["Goes on", rollout.automatic ? `by itself, ${hold()}` : "when somebody promotes"]] : []),
    ["Since", rollout.since > 0 ? ago(rollout.since) : "–"],
    ...(rollout.rewound ? [["Training", rollout.rewound]] : []),
    ["Rejected", rollout.rejected === 1 ? "1 snapshot for good" : `${rollout.rejected} snapshots for good`],
    ["Controller", rollout.controller ? "runs" : make("span", {class: "bad"}, "none runs: nothing would be decided")],
  ];
  const steps = rollout.steps.map((s, i) => make("li", {class: i < rollout.step ? "done" : i === rollout.step ? "now" : "", ariaCurrent: i === rollout.step ? "step" : null},
    s.kind === "share" ? s.percent + " %" : s.kind));
  state.replaceChildren(
    ...(steps.length > 0 ? [make("ol", {class: "steps", ariaLabel: "steps"}, ...steps)] : []),
    make("dl", {}, ...facts.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {class: /Champion|Candidate/.test(label) && !/none/.test(value) ? "id" : ""}, value)])));
  showButtons();
  tellOutcome();
}

function hold() {
  const step = rollout.steps[rollout.step];
  if (rollout.kind === "gate") return "once the gate lets it pass";
  const answers = rollout.leastRequests > 0 ? ` and ${rollout.requests} of ${rollout.leastRequests} answers` : "";
  return `after ${duration(step.holdSeconds)}${answers}`;
}

function showButtons() {
  const on = rollout.candidate !== "";
  const buttons = [
    ["promote", "Promote", on],
    ["full", "Promote fully", on],
    rollout.phase === "paused" ? ["resume", "Resume", true] : ["pause", "Pause", rollout.phase === "progressing"],
    ["abort", "Abort", on],
    ["rollback", "Roll back", on || rollout.champion !== ""],
    ["rewind", "Take training back", rollout.champion !== ""],
  ];
  const focused = document.activeElement?.dataset?.key;
  const box = document.getElementById("buttons");
  box.replaceChildren(...buttons.map(([key, label, can]) => make("button", {
    type: "button", data: {key}, disabled: !can || !rollout.controller, class: key in DANGEROUS || key === "rewind" ? "danger" : "",
    onclick: () => ask(key),
  }, label)));
  box.querySelector(`[data-key="${focused}"]`)?.focus();
}

function ask(key) {
  if (key === "rewind") return openRewind(rollout, command, token);
  if (!(key in DANGEROUS)) return click(key === "full" ? "promote" : key, "", key === "full");
  const [title, text, yes] = DANGEROUS[key](rollout);
  put(document.getElementById("confirm-title"), title);
  put(document.getElementById("confirm-text"), text);
  const button = document.getElementById("confirm-yes");
  put(button, yes);
  button.onclick = () => {
    dialog.close();
    click(key);
  };
  document.getElementById("confirm-no").onclick = () => dialog.close();
  dialog.showModal();
}

const click = (verb, candidate = "", full = false) => command({verb, ...(candidate ? {candidate} : {}), ...(full ? {full} : {})});

/** Sends it, and gives the id that it got; empty where it was not taken. A dry run leaves the page as it is. */
async function command(asked) {
  const {verb, dryRun = false} = asked;
  if (!dryRun) tell(`${verb} …`, "");
  const command = {...asked, reason: reason.value, revision: rollout.revision};
  try {
    const answer = await fetch("/console/rollout", {
      method: "POST", body: JSON.stringify(command),
      headers: {"Content-Type": "application/json", Authorization: "Bearer " + token()},
    });
    if (answer.status === 401) {
      sessionStorage.removeItem(TOKEN);
      showRights(rights);
    }
    if (!answer.ok) {
      tell(`${verb}: ${(await answer.text()).trim()}`, "bad");
      return "";
    }
    const {id} = await answer.json();
    if (!dryRun) {
      waiting = {verb, id};
      reason.value = "";
      tellOutcome();
    }
    return id;
  } catch (problem) {
    tell(`${verb}: ${problem.message}`, "bad");
    return "";
  }
}

function tellOutcome() {
  if (!waiting) return;
  const decision = rollout.decisions.find((d) => d.input === waiting.id);
  if (decision) {
    tell(decision.refusal ? `${waiting.verb} was refused: ${decision.refusal}` : `${waiting.verb}: decision ${decision.number}`, decision.refusal ? "bad" : "good");
    waiting = null;
  } else if (rollout.failure) {
    tell(rollout.failure, "bad");
    waiting = null;
  }
}

function tell(text, tone) {
  status.className = tone;
  put(status, text);
}
