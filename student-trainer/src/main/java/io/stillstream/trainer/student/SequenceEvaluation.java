package io.stillstream.trainer.student;

/** How well the student predicts one response. Owns its array. */
public final class SequenceEvaluation {

    private final double negativeLogLikelihood;
    private final int[] predictions;

    SequenceEvaluation(double negativeLogLikelihood, int[] predictions) {
        this.negativeLogLikelihood = negativeLogLikelihood;
        this.predictions = predictions.clone();
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
}
