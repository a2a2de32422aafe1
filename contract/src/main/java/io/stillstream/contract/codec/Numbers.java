package io.stillstream.contract.codec;

import io.stillstream.contract.target.TeacherTokens;

/** A record's numbers as decoded. Does not copy its arrays, because the codec passes them on at once. */
final class Numbers {

    private final TeacherTokens tokens;
    private final int[] columnIds;
    private final float[] logProbabilities;

    Numbers(TeacherTokens tokens, int[] columnIds, float[] logProbabilities) {
        this.tokens = tokens;
        this.columnIds = columnIds;
        this.logProbabilities = logProbabilities;
    }

    TeacherTokens tokens() {
        return tokens;
    }

    /** {@code [K]} of a SEQUENCE, {@code [T, K]} row by row of the others. */
    int[] columnIds() {
        return columnIds;
    }

    /** {@code [T, K]} row by row. */
    float[] logProbabilities() {
        return logProbabilities;
    }
}
