package io.stillstream.contract.codec;

import io.stillstream.contract.TeacherTokens;

/** A record's numbers as decoded. Does not copy its array, because the codec passes it on at once. */
final class Numbers {

    private final TeacherTokens tokens;
    private final float[] logProbabilities;

    Numbers(TeacherTokens tokens, float[] logProbabilities) {
        this.tokens = tokens;
        this.logProbabilities = logProbabilities;
    }

    TeacherTokens tokens() {
        return tokens;
    }

    /** {@code [T, K]} row by row. */
    float[] logProbabilities() {
        return logProbabilities;
    }
}
