package io.stillstream.student.inference;

import java.util.Arrays;

/** The tokens that a step of a {@link BatchGenerator} chose, one for each row. Owns its arrays. */
public final class BatchChoices {

    private final long[] ids;
    private final float[] logProbabilities;
    private final int top;
    private final long[] topIds;
    private final float[] topLogProbabilities;

    /**
     * @param ids {@code [B]}
     * @param logProbabilities {@code [B]}
     * @param top N
     * @param topIds {@code [B, N]}
     * @param topLogProbabilities {@code [B, N]}
     */
    BatchChoices(long[] ids, float[] logProbabilities, int top, long[] topIds, float[] topLogProbabilities) {
        this.ids = ids;
        this.logProbabilities = logProbabilities;
        this.top = top;
        this.topIds = topIds;
        this.topLogProbabilities = topLogProbabilities;
    }

    /** Whether a row's logits were numbers; else it has no token. */
    public boolean isFinite(int row) {
        return ids[row] >= 0;
    }

    public int id(int row) {
        return Math.toIntExact(ids[row]);
    }

    /** The model's own log-probability of the token, in nats: of logits as they are, at any temperature. */
    public float logProbability(int row) {
        return logProbabilities[row];
    }

    /** The most likely tokens, the most likely first: so many, or as many as the step was asked for. */
    public int[] topIds(int row, int count) {
        int from = row * top;
        return Arrays.stream(topIds, from, from + Math.min(count, top))
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** The log-probabilities of these. */
    public float[] topLogProbabilities(int row, int count) {
        return Arrays.copyOfRange(topLogProbabilities, row * top, row * top + Math.min(count, top));
    }
}
