package io.stillstream.contract.rollout;

import io.stillstream.contract.rejection.ContractException;

/**
 * Where a rollout was before a decision, or after it.
 *
 * @param champion the id of the snapshot; empty where production alone served
 * @param candidate the id of the snapshot; empty without one
 * @param step the index of the candidate's step; 0 without one
 * @param buckets how many of {@value RolloutStep#ALL} buckets of conversations the candidate served
 * @param kind of the candidate's step; {@link RolloutStep.Kind#SHARE} without one
 */
public record RolloutPoint(
        RolloutPhase phase, String champion, String candidate, int step, int buckets, RolloutStep.Kind kind) {

    private static final double PER_PERCENT = RolloutStep.ALL / 100.0;

    public RolloutPoint {
        if (step < 0 || buckets < 0 || buckets > RolloutStep.ALL) {
            throw new ContractException("a rollout was at step " + step + " with " + buckets
                    + " buckets; expected step 0 or more, and 0 to " + RolloutStep.ALL + " buckets");
        }
    }

    /** For people: {@code progressing, champion A, candidate B at 5 %}. */
    @Override
    public String toString() {
        String serves = champion.isEmpty() ? "no champion" : "champion " + champion;
        if (candidate.isEmpty()) {
            return phase.label() + ", " + serves;
        }
        String where = switch (kind) {
            case GATE -> "at the gate";
            case SHADOW -> "in shadow";
            case SHARE -> "at " + plain(buckets / PER_PERCENT) + " %";
        };
        return phase.label() + ", " + serves + ", candidate " + candidate + " " + where;
    }

    private static String plain(double percent) {
        return percent == Math.rint(percent) ? Long.toString((long) percent) : Double.toString(percent);
    }
}
