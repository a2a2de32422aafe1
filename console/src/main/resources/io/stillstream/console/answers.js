// The same prompts answered by each snapshot. Fetched apart, because texts may need the token.

import {count, make, put} from "./text.js";
import {maySee, token} from "./rollout.js";

const list = document.getElementById("answers-list");
const note = document.getElementById("answers-note");
const OPENED = new Set();
const SHOWN = 160;

let fetching = false;
let again = false;

/** Fetches them where they may be seen; one at a time, and once more where there was something new meanwhile. */
export async function fetchAnswers() {
  if (fetching) {
    again = true;
    return;
  }
  if (!maySee()) {
    list.replaceChildren();
    put(note, "Texts are shown to whoever has console.token.");
    return;
  }
  fetching = true;
  try {
    const answer = await fetch("/console/answers", {headers: token() ? {Authorization: "Bearer " + token()} : {}});
    if (answer.ok) show(await answer.json());
    else put(note, (await answer.text()).trim());
  } catch {
    // The stream says that the process is away.
  } finally {
    fetching = false;
    if (again) {
      again = false;
      fetchAnswers();
    }
  }
}

function show({snapshots = [], prompts = [], problem}) {
  put(note, problem ?? (prompts.length === 0 ? "None yet: they come with the first snapshot that has held-out prompts." : ""));
  list.replaceChildren(...prompts.map((row) => make("article", {class: "prompt"},
    prompt(row.prompt),
    make("div", {class: "columns"}, ...snapshots.map((snapshot, i) => make("div", {},
      make("h3", {title: snapshot.id}, "step " + count(snapshot.step)),
      make("p", {}, row.answers[i]?.replace(/\s+/g, " ").trim() ?? "–")))))));
}

/** The end of a prompt is what the answer follows. */
function prompt(text) {
  const line = text.replace(/\s+/g, " ").trim();
  const head = line.length <= SHOWN ? line : "… " + line.slice(-SHOWN);
  const details = make("details", {open: OPENED.has(text)}, make("summary", {}, head || "(nothing)"), make("p", {}, text));
  details.addEventListener("toggle", () => (details.open ? OPENED.add(text) : OPENED.delete(text)));
  return details;
}
