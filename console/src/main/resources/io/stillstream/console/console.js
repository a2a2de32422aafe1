// The console: one stream of events from the process, each with the whole of a part of the page or a point of a curve.

import {refreshAges, put} from "./text.js";
import {showStages} from "./stages.js";
import {showCurves, takeCurve} from "./curves.js";
import {showDecisions, showLetters, showSnapshots} from "./tables.js";
import {showRights, showRollout, starter, takeTokenFromAddress, whenUnlocked} from "./rollout.js";
import {fetchAnswers} from "./answers.js";
import {fetchPreview} from "./rewind.js";
import {showJudge} from "./judge.js";

const live = document.getElementById("live");
const known = {stages: null, rollout: null, snapshots: [], curves: null, judge: null};

function tables() {
  showSnapshots(known.snapshots, known.rollout?.problem ? null : known.rollout, starter());
  showDecisions(known.rollout);
  if (known.stages) refreshAges(known.stages.at);
}

function stages() {
  if (known.stages) showStages(known.stages, known.rollout?.problem ? null : known.rollout, Array.isArray(known.snapshots) ? known.snapshots : []);
}

const parts = {
  stages(sent) {
    known.stages = sent;
    stages();
    refreshAges(sent.at);
    if (known.curves) {
      showCurves(known.curves, sent.started);
      known.curves = null;
    }
  },
  curves(curves) {
    // Their times are told from the process's start, which the figures of the stages have.
    if (known.stages) showCurves(curves, known.stages.started);
    else known.curves = curves;
  },
  point: takeCurve,
  letters: showLetters,
  judge(judge) {
    known.judge = judge;
    showJudge(judge, known.rollout);
  },
  snapshots(snapshots) {
    known.snapshots = snapshots;
    stages();
    tables();
  },
  rollout(rollout) {
    known.rollout = rollout;
    stages();
    showRollout(rollout);
    showJudge(known.judge, rollout);
    tables();
  },
  rights(rights) {
    showRights(rights);
    tables();
    fetchAnswers();
  },
  texts() {
    fetchAnswers();
    fetchPreview();
  },
};

function say(state, text) {
  live.className = state;
  put(live, text);
}

takeTokenFromAddress();
whenUnlocked(() => {
  tables();
  fetchAnswers();
});
showLetters([]);
tables();
showRollout(null);

const events = new EventSource("/console/events");
events.onopen = () => say("on", "live");
events.onerror = () => say("off", "the process does not answer; trying again");
for (const [name, show] of Object.entries(parts)) {
  events.addEventListener(name, (event) => show(JSON.parse(event.data)));
}
