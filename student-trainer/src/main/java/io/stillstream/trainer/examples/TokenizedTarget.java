package io.stillstream.trainer.examples;

import io.stillstream.contract.TeacherTargets;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.trainer.step.TeacherSignal;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.Arrays;

/**
 * One record in the student's own tokens: a prompt, and the labels that follow it. Owns its arrays; do not write
 * to what it returns.
 */
public final class TokenizedTarget {

    private final TeacherTargets targets;
    private final int[] promptIds;
    private final int[] labels;
    private final int[] responseEnds;
    private final int teacherPositions;
    private final boolean truncated;

    /**
     * Takes the arrays as its own.
     *
     * @param labels the response's tokens and, where the student is to learn to stop there, the one that ends a text
     * @param responseEnds UTF-8 byte offsets in the response at which its tokens end; none for the end of a text
     * @param teacherPositions how many of the teacher's tokens of text lie in what these tokens cover
     * @param truncated whether the response has more tokens than the student's context window holds
     */
    TokenizedTarget(
            TeacherTargets targets,
            int[] promptIds,
            int[] labels,
            int[] responseEnds,
            int teacherPositions,
            boolean truncated) {
        this.targets = targets;
        this.promptIds = promptIds;
        this.labels = labels;
        this.responseEnds = responseEnds;
        this.teacherPositions = teacherPositions;
        this.truncated = truncated;
    }

    public TeacherTargets targets() {
        return targets;
    }

    /** At least one. */
    public int[] promptIds() {
        return promptIds;
    }

    /** At least one. */
    public int[] labels() {
        return labels;
    }

    /** The tokens among the labels that stand for text. */
    public int responseTokens() {
        return responseEnds.length;
    }

    /** The UTF-8 byte of the response at which its token {@code i} ends. */
    public int responseEnd(int i) {
        return responseEnds[i];
    }

    /** The bytes of the response that these tokens cover. */
    public int responseBytes() {
        return responseEnds[responseEnds.length - 1];
    }

    /** How many of the teacher's tokens of text lie in what these tokens cover, counted from the first; at least one. */
    public int teacherPositions() {
        return teacherPositions;
    }

    /** The teacher's negative log-likelihood of its tokens that lie in what the labels cover, in nats. */
    public double teacherNats() {
        return targets.tokens().negativeLogLikelihood(teacherPositions);
    }

    /** The bytes of the response that these of the teacher's tokens cover. */
    public int teacherBytes() {
        return targets.tokens().end(teacherPositions - 1);
    }

    /** Whether the last label is the student's token that ends a text. */
    public boolean endsText() {
        return labels.length > responseEnds.length;
    }

    /** Whether the response has more tokens than the student's context window holds. */
    public boolean truncated() {
        return truncated;
    }

    /**
     * To be trained on.
     *
     * @param labelled whether the labels count for the cross-entropy
     */
    public TrainingSequence forTraining(boolean labelled, TeacherSignal teacher) {
        return new TrainingSequence(new TokenSequence(ids(), promptIds.length, labels.length), labelled, teacher);
    }

    /** To be evaluated: the response, without the end of the text. */
    public TokenSequence responseOnly() {
        return new TokenSequence(ids(), promptIds.length, responseTokens());
    }

    private int[] ids() {
        int[] ids = Arrays.copyOf(promptIds, length());
        System.arraycopy(labels, 0, ids, promptIds.length, labels.length);
        return ids;
    }

    /** Prompt and labels. */
    public int length() {
        return promptIds.length + labels.length;
    }
}
