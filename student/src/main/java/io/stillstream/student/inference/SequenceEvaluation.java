package io.stillstream.student.inference;

/** How well the student predicts one response. Owns its arrays. */
public final class SequenceEvaluation {

    private final double negativeLogLikelihood;
    private final int[] predictions;
    private final float[] confidences;

    SequenceEvaluation(double negativeLogLikelihood, int[] predictions, float[] confidences) {
        this.negativeLogLikelihood = negativeLogLikelihood;
        this.predictions = predictions.clone();
        this.confidences = confidences.clone();
    }

    /** The sum over the response's tokens, in nats. */
    public double negativeLogLikelihood() {
        return negativeLogLikelihood;
    }

    /** How many tokens were predicted. */
    public int tokens() {
        return predictions.length;
    }

    /** The token that the student finds most likely at a step of the response. */
    public int prediction(int step) {
        return predictions[step];
    }

    /** The probability, 0 to 1, that the student gives that token. */
    public float confidence(int step) {
        return confidences[step];
    }
}
