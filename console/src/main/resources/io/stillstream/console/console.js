// The console: one stream of events from the process, each with the whole of a part of the page or a point of a curve.

import {refreshAges, put} from "./text.js";
import {showRoad} from "./road.js";
import {showCurves, takeCurve} from "./curves.js";
import {showDecisions, showLetters, showSnapshots} from "./tables.js";
import {showRights, showRollout, starter, takeTokenFromAddress, whenUnlocked} from "./rollout.js";
import {fetchAnswers} from "./answers.js";
import {fetchPreview} from "./rewind.js";
import {showJudge} from "./judge.js";

const live = document.getElementById("live");
const known = {road: null, rollout: null, snapshots: [], curves: null, judge: null};

function tables() {
  showSnapshots(known.snapshots, known.rollout?.problem ? null : known.rollout, starter());
  showDecisions(known.rollout);
  if (known.road) refreshAges(known.road.at);
}

function road() {
  if (known.road) showRoad(known.road, known.rollout?.problem ? null : known.rollout, Array.isArray(known.snapshots) ? known.snapshots : []);
}

const parts = {
  road(sent) {
    known.road = sent;
    road();
    refreshAges(sent.at);
    if (known.curves) {
      showCurves(known.curves, sent.started);
      known.curves = null;
    }
  },
  curves(curves) {
    // Their times are told from the process's start, which the road has.
    if (known.road) showCurves(curves, known.road.started);
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
    road();
    tables();
  },
  rollout(rollout) {
    known.rollout = rollout;
    road();
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
