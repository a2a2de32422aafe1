package io.stillstream.pipeline.production;

import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutPoint;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.contract.rollout.RolloutVerb;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A decision of the rollout in a sentence, for somebody who watches a run. */
final class DecisionWords {

    private static final double PER_PERCENT = RolloutStep.ALL / 100.0;

    /** A snapshot's id begins with its step. */
    private static final Pattern ID = Pattern.compile("0*(\\d+)-.*");

    /** What says most of a judgement, in this order. */
    private static final String[] CHECKS = {"gate champion", "gate evidence"};

    private DecisionWords() {}

    static String of(RolloutDecision decision) {
        if (decision.isRefused()) {
            return decision.verb().label() + " was refused: " + decision.refusal();
        }
        RolloutPoint from = decision.from();
        RolloutPoint to = decision.to();
        String moved = name(to.candidate().isEmpty() ? from.candidate() : to.candidate());
        return switch (decision.verb()) {
            case START -> moved + " starts" + place(to);
            case PROMOTE, ADVANCE -> advanced(decision, moved);
            case PAUSE -> moved + " is held where it is";
            case RESUME -> moved + " goes on";
            case ABORT -> moved + " is taken back";
            case DEGRADE ->
                moved + " is taken back and rejected: " + decision.reason().split(";", 2)[0];
            case ROLLBACK ->
                from.candidate().isEmpty()
                        ? name(from.champion()) + " is no longer champion, and rejected; "
                                + (to.champion().isEmpty() ? "production serves" : name(to.champion()) + " is again")
                        : name(from.candidate()) + " is taken back and rejected";
            case REWIND ->
                "the trainer is to go back to " + name(to.champion()) + " and pass over "
                        + decision.evidence().getOrDefault("quarantine", "what did harm");
        };
    }

    /** As people say it: by the step at which it was made. */
    static String name(String id) {
        Matcher step = ID.matcher(id);
        return "snapshot " + (step.matches() ? step.group(1) : id);
    }

    private static String advanced(RolloutDecision decision, String moved) {
        RolloutPoint to = decision.to();
        boolean gated =
                decision.verb() == RolloutVerb.ADVANCE && decision.from().kind() == RolloutStep.Kind.GATE;
        if (to.candidate().isEmpty()) {
            return moved + (gated ? " passes the gate" + judged(decision) + ", and" : "") + " is champion";
        }
        return moved + (gated ? " passes the gate" + judged(decision) : " goes on") + place(to);
    }

    private static String judged(RolloutDecision decision) {
        for (String check : CHECKS) {
            String found = decision.evidence().get(check);
            if (found != null) {
                // The figure; what is said of it is in the history.
                return " (" + found.replaceFirst("^ok: ", "").split("[,;]", 2)[0] + ")";
            }
        }
        return "";
    }

    private static String place(RolloutPoint point) {
        return switch (point.kind()) {
            case GATE -> ", and waits at the gate";
            case SHADOW -> ", and gets copies of calls";
            case SHARE -> ", and serves " + percent(point.buckets()) + " % of the conversations";
        };
    }

    private static String percent(int buckets) {
        double percent = buckets / PER_PERCENT;
        return percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent);
    }
}
