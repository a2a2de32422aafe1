package io.stillstream.scorer.onnx.run.device;

import io.stillstream.configuration.Check;

/**
 * How much memory an inference of the teacher may take. None of it changes what is scored.
 *
 * @param logitMebibytes the most memory of the logits that are held at a time: positions are scored in chunks of this
 *     size, which take four to six times as much in all
 * @param windowTokens texts longer than this run through a model with a key-value cache in windows of so many tokens, so
 *     that attention takes no more memory than over one window
 * @param uncutMebibytes the most memory of the logits of a model whose LM head is not found at the end of its graph, so
 *     that logits cannot be computed in chunks; a text that needs more is dead-lettered
 */
public record MemoryConfig(int logitMebibytes, int windowTokens, int uncutMebibytes) {

    public static final MemoryConfig DEFAULT = new MemoryConfig(64, 2048, 1024);

    private static final long MEBIBYTE = 1L << 20;

    public MemoryConfig {
        Check.atLeast("logitMebibytes", logitMebibytes, 1);
        Check.atLeast("windowTokens", windowTokens, 1);
        Check.atLeast("uncutMebibytes", uncutMebibytes, 1);
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
