package io.stillstream.contract.target;

import io.stillstream.contract.rejection.ContractException;
import java.util.Locale;

/**
 * The T tokens of a response in the teacher's tokenizer, and three numbers for each. Owns its arrays.
 *
 * <p>Token {@code t} covers the UTF-8 bytes {@code [end(t - 1), end(t))} of the response. The last one may be the token that
 * ends the text, which covers none. Numbers read from a topic are fp16 numbers.
 */
public final class TeacherTokens {

    private final int[] ids;
    private final int[] ends;
    private final boolean endsText;
    private final float[] logZ;
    private final float[] logitStandardDeviation;
    private final float[] logProbability;

    /**
     * @param ids of the tokens, in the record's {@link Vocabulary}
     * @param ends byte offset at which each token ends, ascending
     * @param endsText whether the last token ends the text and is none of it
     * @param logZ log-sum-exp of the teacher's logits at each position
     * @param logitStandardDeviation standard deviation of the logits over the vocabulary
     * @param logProbability log-probability of the token that was there
     * @throws ContractException when lengths differ, offsets descend, or a number is not finite
     */
    public TeacherTokens(
            int[] ids,
            int[] ends,
            boolean endsText,
            float[] logZ,
            float[] logitStandardDeviation,
            float[] logProbability) {
        int count = ends.length;
        if (count < (endsText ? 2 : 1)) {
            throw new ContractException("a response needs at least one token of text");
        }
        if (ids.length != count
                || logZ.length != count
                || logitStandardDeviation.length != count
                || logProbability.length != count) {
            throw new ContractException(String.format(
                    Locale.ROOT,
                    "positions differ: %d ids, %d ends, %d logZ, %d standard deviations, %d log-probabilities",
                    ids.length,
                    count,
                    logZ.length,
                    logitStandardDeviation.length,
                    logProbability.length));
        }
        for (int t = 0; t < count; t++) {
            if (ends[t] < (t == 0 ? 0 : ends[t - 1])) {
                throw new ContractException(
                        "token " + t + " ends at byte " + ends[t] + ", before the token it follows");
            }
            requireFinite("logZ", t, logZ[t]);
            requireFinite("logit standard deviation", t, logitStandardDeviation[t]);
            requireFinite("token log-probability", t, logProbability[t]);
        }
        if (endsText && ends[count - 1] != ends[count - 2]) {
            throw new ContractException("the token that ends the text covers bytes " + ends[count - 2] + " to "
                    + ends[count - 1] + " of it; expected none");
        }
        this.ids = ids.clone();
        this.ends = ends.clone();
        this.endsText = endsText;
        this.logZ = logZ.clone();
        this.logitStandardDeviation = logitStandardDeviation.clone();
        this.logProbability = logProbability.clone();
    }

    /** T: all positions, with that of the end of the text. */
    public int count() {
        return ends.length;
    }

    /** How many of them are text. */
    public int textCount() {
        return endsText ? ends.length - 1 : ends.length;
    }

    /** Whether the last token ends the text and is none of it. */
    public boolean endsText() {
        return endsText;
    }

    /** The token that was there. */
    public int id(int t) {
        return ids[t];
    }

    public int start(int t) {
        return t == 0 ? 0 : ends[t - 1];
    }

    public int end(int t) {
        return ends[t];
    }

    public float logZ(int t) {
        return logZ[t];
    }

    public float logitStandardDeviation(int t) {
        return logitStandardDeviation[t];
    }

    public float logProbability(int t) {
        return logProbability[t];
    }

    /** The negative log-likelihood of the first tokens together, in nats. */
    public double negativeLogLikelihood(int count) {
        double nats = 0;
        for (int t = 0; t < count; t++) {
            nats -= logProbability(t);
        }
        return nats;
    }

    private static void requireFinite(String what, int t, float value) {
        if (!Float.isFinite(value)) {
            throw new ContractException(what + " at position " + t + " is " + value + "; expected a finite number");
        }
    }
}
