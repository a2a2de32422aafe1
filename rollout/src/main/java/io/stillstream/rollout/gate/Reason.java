package io.stillstream.rollout.gate;

/**
 * One thing that the gate looked at.
 *
 * @param name of the check, such as {@code champion}, {@code slice tenant=acme} or {@code answers repeating}
 * @param outcome what it says by itself
 * @param value the figure: of a comparison, the candidate's less the other's
 * @param bound what it is held against, in the same unit
 * @param pValue of the test; NaN where there was none
 * @param clusters how many conversations it rests on
 * @param detail a sentence for people, without text of records
 */
public record Reason(
        String name, Outcome outcome, double value, double bound, double pValue, int clusters, String detail) {

    /** Of one check. A candidate passes where each is ok. */
    public enum Outcome {
        OK,
        TOO_LITTLE,
        NOT_OK
    }
}
