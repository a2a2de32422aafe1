package io.stillstream.contract.codec;

import io.stillstream.contract.TeacherTokens;

/** What a record says in numbers, as it came from the wire. Shares its array: it is handed on at once. */
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
