package io.stillstream.scorer.onnx.run;

/**
 * What the model says over one response of T tokens. Owns its arrays.
 */
public final class Distribution {

    private final float[] logZ;
    private final float[] logitStandardDeviation;
    private final float[] logProbability;
    private final int[] columns;
    private final float[] columnLogProbabilities;

    /**
     * @param logZ {@code [T]}
     * @param logitStandardDeviation {@code [T]}
     * @param logProbability {@code [T]}
     * @param columns {@code [K]} of the response, or {@code [T, K]} row by row
     * @param columnLogProbabilities {@code [T, K]} row by row
     */
    public Distribution(
            float[] logZ,
            float[] logitStandardDeviation,
            float[] logProbability,
            int[] columns,
            float[] columnLogProbabilities) {
        this.logZ = logZ;
        this.logitStandardDeviation = logitStandardDeviation;
        this.logProbability = logProbability;
        this.columns = columns;
        this.columnLogProbabilities = columnLogProbabilities;
    }

    public float[] logZ() {
        return logZ;
    }

    public float[] logitStandardDeviation() {
        return logitStandardDeviation;
    }

    public float[] logProbability() {
        return logProbability;
    }

    public int[] columns() {
        return columns;
    }

    public float[] columnLogProbabilities() {
        return columnLogProbabilities;
    }

    /** Whether every number is one; a model that overflows yields NaN or infinities. */
    public boolean finite() {
        return finite(logZ) && finite(logitStandardDeviation) && finite(logProbability) && withoutNaN();
    }

    private static boolean finite(float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** A column's probability may be 0, and its logarithm so infinite. */
    private boolean withoutNaN() {
        for (float value : columnLogProbabilities) {
            if (Float.isNaN(value)) {
                return false;
            }
        }
        return true;
    }
}
