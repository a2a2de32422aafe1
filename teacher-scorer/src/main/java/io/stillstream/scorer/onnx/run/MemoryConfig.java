package io.stillstream.scorer.onnx.run;

import io.stillstream.scorer.ScorerConfig;

/**
 * What a run of the teacher may hold. None of it changes what is scored.
 *
 * @param logitMebibytes what the logits held at a time may take, 64 by default: the positions of a batch are scored in
 *     chunks of so many, at four to six times this memory in all
 * @param windowTokens a text longer than this, 2048 by default, goes through a model with a key-value cache in windows, so
 *     that attention takes no more memory than over so many tokens
 * @param uncutMebibytes what the logits of a run may take where they cannot be made in chunks, 1024 by default: of a model
 *     whose output projection is not found at its end. A text that needs more is rejected
 */
public record MemoryConfig(int logitMebibytes, int windowTokens, int uncutMebibytes) {

    public static final MemoryConfig DEFAULT = new MemoryConfig(64, 2048, 1024);

    private static final long MEBIBYTE = 1L << 20;

    public MemoryConfig {
        ScorerConfig.requireAtLeast(1, "memory logitMebibytes", logitMebibytes);
        ScorerConfig.requireAtLeast(1, "memory windowTokens", windowTokens);
        ScorerConfig.requireAtLeast(1, "memory uncutMebibytes", uncutMebibytes);
    }

    /** How many positions are scored in one chunk. */
    public int chunkPositions(int vocabularySize) {
        return positions(logitMebibytes, vocabularySize);
    }

    /** How many positions a run may have whose logits are all held at once. */
    public int uncutPositions(int vocabularySize) {
        return positions(uncutMebibytes, vocabularySize);
    }

    /** How many pairs of a position and one that it attends to a run may have: those of one text of a window's length. */
    public long attentionPairs() {
        return (long) windowTokens * windowTokens;
    }

    private static int positions(long mebibytes, int vocabularySize) {
        return (int) Math.max(1, mebibytes * MEBIBYTE / (Float.BYTES * (long) vocabularySize));
    }
}
