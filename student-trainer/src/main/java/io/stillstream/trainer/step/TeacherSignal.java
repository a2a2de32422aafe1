package io.stillstream.trainer.step;

import io.stillstream.trainer.TrainerException;

/**
 * The teacher's scores of a sequence's response, aligned with the student's tokens. Parts that the loss does not read are
 * empty. Owns its arrays: do not write to them.
 *
 * @param positions T of the teacher
 * @param logProbabilities the K columns {@code [T, K]} row by row
 * @param matched the student's token for each of the K columns, −1 for none
 * @param pairSteps the student's steps of the positions where both sides follow the same text, ascending
 * @param pairPositions the teacher's positions of the same
 * @param sharedIds ids of the student's vocabulary at each pair, {@code [pairs, K]} row by row
 * @param spanOfStep the span that each of the student's labels is in, or −1
 * @param spanLogLikelihoods the teacher's, of each span
 * @param transport the teacher's mass in the student's tokens
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, to be copied into one tensor
public record TeacherSignal(
        int positions,
        float[] logProbabilities,
        int[] matched,
        int[] pairSteps,
        int[] pairPositions,
        int[] sharedIds,
        int[] spanOfStep,
        float[] spanLogLikelihoods,
        TransportTargets transport) {

    private static final int[] NONE = {};
    private static final float[] NO_NUMBERS = {};

    public TeacherSignal {
        if (positions < 0
                || (positions == 0) != (logProbabilities.length == 0)
                || (positions > 0 && logProbabilities.length % positions != 0)) {
            throw new TrainerException(
                    logProbabilities.length + " teacher log-probabilities do not fill " + positions + " positions");
        }
        if (pairSteps.length != pairPositions.length) {
            throw new TrainerException(
                    pairSteps.length + " paired steps and " + pairPositions.length + " paired positions");
        }
    }

    /** The teacher's columns alone. */
    public static TeacherSignal columns(float[] logProbabilities, int positions) {
        return new TeacherSignal(
                positions, logProbabilities, NONE, NONE, NONE, NONE, NONE, NO_NUMBERS, TransportTargets.none());
    }

    /** Nothing. */
    public static TeacherSignal none() {
        return columns(NO_NUMBERS, 0);
    }

    /** The same with its transport trusted so far. */
    TeacherSignal trusting(float trust) {
        return new TeacherSignal(
                positions,
                logProbabilities,
                matched,
                pairSteps,
                pairPositions,
                sharedIds,
                spanOfStep,
                spanLogLikelihoods,
                transport.trusting(trust));
    }

    /** Whether nothing of the teacher is here: the sequence is for its labels alone. */
    public boolean isNone() {
        return positions == 0 && spanLogLikelihoods.length == 0 && transport.isNone();
    }

    /** K, or 0 without columns. */
    public int columns() {
        return positions == 0 ? 0 : logProbabilities.length / positions;
    }
}
