package io.stillstream.scorer.onnx;

import io.stillstream.scorer.ScorerException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which teacher runs, where, and how it writes.
 *
 * @param directory holds {@code model.onnx}, {@code onnx/model.onnx} or a single {@code *.onnx}, and in itself or in
 *     {@code hf/} the {@code config.json} and {@code tokenizer.json} of Hugging Face
 * @param tokenizerDirectory where {@code tokenizer.json} is; null, the default, for the model's directory
 * @param topK how many columns are kept of each response's distribution, 50 by default; never more than the vocabulary
 * @param device {@code cpu}, the default, or {@code cuda:N}
 * @param threads of one inference; 0, the default, for all cores
 * @param generation how missing responses are written
 * @param cacheDirectory where the graphs derived from the model are kept; null, the default, for {@code .stillstream}
 *     beside the model, or the temporary directory where that cannot be written
 */
public record TeacherConfig(
        Path directory,
        @Nullable Path tokenizerDirectory,
        int topK,
        String device,
        int threads,
        GenerationConfig generation,
        @Nullable Path cacheDirectory) {

    public static final int DEFAULT_TOP_K = 50;

    public TeacherConfig {
        if (topK < 1) {
            throw new ScorerException("topK is " + topK + "; expected 1 or more");
        }
        if (threads < 0) {
            throw new ScorerException("threads is " + threads + "; expected 0 (all cores) or more");
        }
        Device.parse(device);
    }

    /** The defaults for a model's directory. */
    public static TeacherConfig of(Path directory) {
        return new TeacherConfig(directory, null, DEFAULT_TOP_K, "cpu", 0, GenerationConfig.GREEDY, null);
    }

    public TeacherConfig withGeneration(GenerationConfig replacement) {
        return new TeacherConfig(directory, tokenizerDirectory, topK, device, threads, replacement, cacheDirectory);
    }
}
