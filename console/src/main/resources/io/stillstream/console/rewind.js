// Takes the trainer back, after a look at what that comes to.

import {put} from "./text.js";

const dialog = document.getElementById("rewind");
const form = document.getElementById("rewind-form");
const tenant = document.getElementById("rewind-tenant");
const range = document.getElementById("rewind-range");
const also = document.getElementById("rewind-rollback");
const preview = document.getElementById("rewind-preview");
const look = document.getElementById("rewind-look");
const yes = document.getElementById("rewind-yes");

let send = async () => "";
let token = () => "";
let shown = "";
let waiting = null;

const OF = {
  "since-champion": () => "since-champion",
  tenant: () => "tenant=" + tenant.value.trim(),
  range: () => range.value.replace(/\s+/g, ""),
};
const chosen = () => form.elements.quarantine.value;
const quarantine = () => OF[chosen()]();
const verb = () => (also.checked ? "rollback" : "rewind");
const asked = () => verb() + " " + quarantine();

/**
 * @param rollout what the page shows
 * @param click sends a command, and gives the id that it got; empty where it was refused, which the page says
 * @param withToken what to show of whoever asks
 */
export function openRewind(rollout, click, withToken) {
  send = click;
  token = withToken;
  put(document.getElementById("rewind-what"), `The running trainer goes back to the checkpoint of ${rollout.champion}, and trains on from there without what is chosen here.`);
  put(document.getElementById("rewind-also"), rollout.candidate
    ? `Roll back ${rollout.candidate} as well: its weights are never served again`
    : `Roll back ${rollout.champion} as well: the trainer goes back to what was champion before`);
  also.checked = false;
  forget("See first what would be passed over.");
  dialog.showModal();
}

function forget(text) {
  shown = "";
  waiting = null;
  preview.className = "muted";
  put(preview, text);
  yes.disabled = true;
}

form.addEventListener("input", (event) => {
  if (event.target === tenant) form.elements.quarantine.value = "tenant";
  if (event.target === range) form.elements.quarantine.value = "range";
  forget("See first what would be passed over.");
});
form.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("rewind-no").addEventListener("click", () => dialog.close());

look.addEventListener("click", async () => {
  const wanted = asked();
  forget("looking at the ledger …");
  const id = await send({verb: verb(), quarantine: quarantine(), dryRun: true});
  if (id) {
    waiting = {id, wanted};
    fetchPreview();
  } else forget("This was not understood: a tenant's name, or ranges as in 0:1200-1250,1:3-9, are expected.");
});

yes.addEventListener("click", () => {
  if (shown !== asked()) return;
  dialog.close();
  send({verb: verb(), quarantine: quarantine()});
});

/** There is something new that only whoever has the token sees: perhaps what is waited for. */
export async function fetchPreview() {
  if (!waiting) return;
  const {id, wanted} = waiting;
  try {
    const answer = await fetch("/console/rewind", {headers: {Authorization: "Bearer " + token()}});
    const told = answer.ok ? await answer.json() : {};
    if (told.id !== id || waiting?.id !== id) return;
    waiting = null;
    if (wanted !== asked()) return;
    preview.className = told.problem ? "bad" : "";
    put(preview, told.problem ?? told.lines.join("\n"));
    shown = told.problem ? "" : wanted;
    yes.disabled = shown === "";
  } catch {
    // The stream says that the process is away.
  }
}
