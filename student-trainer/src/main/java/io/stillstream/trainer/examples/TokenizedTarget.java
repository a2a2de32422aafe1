package io.stillstream.trainer.examples;

import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.trainer.step.TeacherSignal;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * One record in the student's own wording and tokens: a prompt, and the labels that follow it. Owns its arrays; do not
 * write to what it returns.
 *
 * <p>Bytes are those of the response in the student's wording. The teacher's tokens have a place among them where the
 * teacher's wording has the same text.
 */
public final class TokenizedTarget {

    private final TeacherTargets targets;
    private final int[] promptIds;
    private final int[] labels;
    private final int[] responseEnds;
    private final TeacherPlaces places;
    private final OptionalInt end;
    private final boolean truncated;

    /**
     * Takes the arrays as its own.
     *
     * @param labels the response's tokens and, where the student is to learn to stop there, the one that ends a text
     * @param responseEnds UTF-8 byte offsets in the response at which its tokens end; none for the end of a text
     * @param places where the teacher's tokens lie in what these tokens cover
     * @param end the token that ends the response, whether or not it is among the labels
     * @param truncated whether the response has more tokens than the student's context window holds
     */
    TokenizedTarget(
            TeacherTargets targets,
            int[] promptIds,
            int[] labels,
            int[] responseEnds,
            TeacherPlaces places,
            OptionalInt end,
            boolean truncated) {
        this.targets = targets;
        this.promptIds = promptIds;
        this.labels = labels;
        this.responseEnds = responseEnds;
        this.places = places;
        this.end = end;
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

    /** The byte at which its token {@code i} starts. */
    int responseStart(int i) {
        return i == 0 ? 0 : responseEnds[i - 1];
    }

    /** Where the teacher's tokens lie. */
    TeacherPlaces places() {
        return places;
    }

    /**
     * How many of the teacher's tokens, counted from the first, lie one after the other from the first byte of what these
     * tokens cover.
     */
    public int teacherPositions() {
        return places.leading();
    }

    /** The teacher's negative log-likelihood of its tokens that have a place, in nats. */
    public double teacherNats() {
        double nats = 0;
        for (int t = 0; t < places.count(); t++) {
            nats -= places.has(t) ? targets.tokens().logProbability(t) : 0;
        }
        return nats;
    }

    /** The bytes of the response that these of the teacher's tokens cover. */
    public int teacherBytes() {
        return places.bytes();
    }

    /** How many bytes those of the student's tokens cover that lie in what the teacher's cover. */
    public int sharedBytes() {
        int bytes = 0;
        for (int i = 0; i < responseEnds.length; i++) {
            bytes += isShared(i) ? responseEnds[i] - responseStart(i) : 0;
        }
        return bytes;
    }

    /**
     * The student's negative log-likelihood of the same tokens, in nats.
     *
     * @param evaluation of {@link #responseOnly}
     */
    public double sharedNats(SequenceEvaluation evaluation) {
        double nats = 0;
        for (int i = 0; i < responseEnds.length; i++) {
            nats += isShared(i) ? evaluation.negativeLogLikelihood(i) : 0;
        }
        return nats;
    }

    private boolean isShared(int i) {
        return places.cover(responseStart(i), responseEnds[i]);
    }

    /** The student's token that ends the response, whether or not it is among the labels; empty where it has none. */
    OptionalInt end() {
        return end;
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
