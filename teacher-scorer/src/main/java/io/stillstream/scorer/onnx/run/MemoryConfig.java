package io.stillstream.scorer.onnx.run;

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

    public MemoryConfig {
        Check.atLeast("logitMebibytes", logitMebibytes, 1);
        Check.atLeast("windowTokens", windowTokens, 1);
        Check.atLeast("uncutMebibytes", uncutMebibytes, 1);
    }
}
