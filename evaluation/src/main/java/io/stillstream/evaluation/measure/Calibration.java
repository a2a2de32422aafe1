package io.stillstream.evaluation.measure;

import io.stillstream.student.batch.TokenSequence;
import io.stillstream.student.inference.SequenceEvaluation;

/**
 * How far a student's confidence in its most probable tokens is from how often it is right, over the tokens of one text.
 * Owns its array.
 *
 * <p>Expected calibration error (Guo et al., ICML 2017): tokens are put into M bins of equal width by the confidence, and
 * ECE = Σ over bins of n_b/n |accuracy_b − confidence_b|. With the sums of a bin that is |Σ right − Σ confidence| / n, so
 * what a text brings to a bin is one number, and texts add up.
 */
final class Calibration {

    /** As in the paper. */
    static final int BINS = 15;

    private final double[] gaps;
    private final int tokens;

    private Calibration(double[] gaps, int tokens) {
        this.gaps = gaps;
        this.tokens = tokens;
    }

    static Calibration of(TokenSequence sequence, SequenceEvaluation evaluation) {
        int tokens = evaluation.tokens();
        float[] confidences = new float[tokens];
        boolean[] right = new boolean[tokens];
        for (int i = 0; i < tokens; i++) {
            confidences[i] = evaluation.confidence(i);
            right[i] = evaluation.prediction(i) == sequence.id(sequence.promptLength() + i);
        }
        return of(confidences, right);
    }

    /**
     * @param confidences the most probable token's probability at each position, 0 to 1
     * @param right whether it was the token that was there
     */
    static Calibration of(float[] confidences, boolean[] right) {
        double[] gaps = new double[BINS];
        for (int i = 0; i < confidences.length; i++) {
            gaps[bin(confidences[i])] += (right[i] ? 1 : 0) - (double) confidences[i];
        }
        return new Calibration(gaps, confidences.length);
    }

    /** The sum over the tokens in a bin of 1 where the choice was right, else 0, less the confidence. */
    double gap(int bin) {
        return gaps[bin];
    }

    int tokens() {
        return tokens;
    }

    /** Bin b holds ((b / M), (b + 1) / M]; nothing falls below the first. */
    private static int bin(float confidence) {
        return Math.max(0, (int) Math.ceil((double) confidence * BINS) - 1);
    }
}
