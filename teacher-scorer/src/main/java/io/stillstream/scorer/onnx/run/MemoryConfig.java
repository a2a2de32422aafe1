package io.stillstream.scorer.onnx.run;

import io.stillstream.scorer.onnx.TeacherConfig;

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

    public MemoryConfig {
        TeacherConfig.requireAtLeast(1, "memory logitMebibytes", logitMebibytes);
        TeacherConfig.requireAtLeast(1, "memory windowTokens", windowTokens);
        TeacherConfig.requireAtLeast(1, "memory uncutMebibytes", uncutMebibytes);
    }
}
