package io.stillstream.student.inference;

/** How well the student predicts one response. Owns its arrays. */
public final class SequenceEvaluation {

    private final float[] losses;
    private final int[] predictions;
    private final float[] confidences;

    /**
     * @param losses negative log-likelihoods of the tokens, in nats
     * @param predictions the most likely token at each step
     * @param confidences the probabilities of these
     */
    public SequenceEvaluation(float[] losses, int[] predictions, float[] confidences) {
        this.losses = losses.clone();
        this.predictions = predictions.clone();
        this.confidences = confidences.clone();
    }

    /** The sum over the response's tokens, in nats. */
    public double negativeLogLikelihood() {
        double sum = 0;
        for (float loss : losses) {
            sum += loss;
        }
        return sum;
    }

    /** That of the token at a step of the response. */
    public double negativeLogLikelihood(int step) {
        return losses[step];
    }

    /** How many tokens were predicted. */
    public int tokens() {
        return predictions.length;
    }

    /** The token that the student finds most likely at a step of the response. */
    public int prediction(int step) {
        return predictions[step];
    }

    /** The same at every step. */
    public int[] predictions() {
        return predictions.clone();
    }

    /** The probability, 0 to 1, that the student gives that token. */
    public float confidence(int step) {
        return confidences[step];
    }
}
