package io.stillstream.scorer.onnx;

import io.stillstream.contract.Ranking;
import io.stillstream.contract.Selection;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.run.CudaConfig;
import io.stillstream.scorer.onnx.run.Device;
import io.stillstream.scorer.onnx.run.MemoryConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which teacher runs, where, and how it generates responses.
 *
 * @param directory holds {@code model.onnx}, {@code onnx/model.onnx} or a single {@code *.onnx}, and in itself or in
 *     {@code hf/} the {@code config.json} and {@code tokenizer.json} of Hugging Face
 * @param tokenizerDirectory where {@code tokenizer.json} is; null, the default, for the model's directory
 * @param chatTemplate a Jinja file, or a directory with {@code chat_template.jinja} or {@code tokenizer_config.json}; null,
 *     the default, for the template beside the tokenizer, where there is one; {@code none} for chats as plain lines
 * @param topK how many columns are kept of each response's distribution, 50 by default; never more than the vocabulary
 * @param selection {@code sequence}, the default, keeps the same columns for all positions of a response; {@code token}
 *     those of each position
 * @param ranking {@code probability}, the default, or {@code standardised}: what {@code sequence} columns are ranked by,
 *     and the distribution that their log-probabilities are of
 * @param device {@code cpu}, the default, or {@code cuda:N}
 * @param threads of one inference; 0, the default, for one on each processor that this process may use
 * @param generation how missing responses are generated
 * @param sharedPrefixTokens texts that begin with at least so many tokens alike, 64 by default, have them run once, by a
 *     model with a key-value cache; 0 for never
 * @param memory what a run may hold
 * @param cuda how a GPU is used
 * @param cacheDirectory where the graphs derived from the model are kept; null, the default, for {@code .stillstream}
 *     beside the model, or the temporary directory where that cannot be written
 */
public record TeacherConfig(
        Path directory,
        @Nullable Path tokenizerDirectory,
        @Nullable Path chatTemplate,
        int topK,
        Selection selection,
        Ranking ranking,
        String device,
        int threads,
        GenerationConfig generation,
        int sharedPrefixTokens,
        MemoryConfig memory,
        CudaConfig cuda,
        @Nullable Path cacheDirectory) {

    public static final int DEFAULT_TOP_K = 50;
    public static final int DEFAULT_SHARED_PREFIX_TOKENS = 64;

    public TeacherConfig {
        ScorerConfig.requireAtLeast(1, "topK", topK);
        if (selection == Selection.TOKEN && ranking != Ranking.PROBABILITY) {
            throw new ScorerException(
                    "selection token with ranking standardised: a token's columns are its most probable"
                            + " ones; expected ranking probability, or selection sequence");
        }
        ScorerConfig.requireAtLeast(0, "threads", threads);
        ScorerConfig.requireAtLeast(0, "sharedPrefixTokens", sharedPrefixTokens);
        Device.parse(device);
    }

    /** The defaults for a model's directory. */
    public static TeacherConfig of(Path directory) {
        return new TeacherConfig(
                directory,
                null,
                null,
                DEFAULT_TOP_K,
                Selection.SEQUENCE,
                Ranking.PROBABILITY,
                "cpu",
                0,
                GenerationConfig.GREEDY,
                DEFAULT_SHARED_PREFIX_TOKENS,
                MemoryConfig.DEFAULT,
                CudaConfig.DEFAULT,
                null);
    }

    public TeacherConfig withGeneration(GenerationConfig replacement) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                chatTemplate,
                topK,
                selection,
                ranking,
                device,
                threads,
                replacement,
                sharedPrefixTokens,
                memory,
                cuda,
                cacheDirectory);
    }

    public TeacherConfig withChatTemplate(@Nullable Path replacement) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                replacement,
                topK,
                selection,
                ranking,
                device,
                threads,
                generation,
                sharedPrefixTokens,
                memory,
                cuda,
                cacheDirectory);
    }

    public TeacherConfig withColumns(Selection otherSelection, Ranking otherRanking, int otherTopK) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                chatTemplate,
                otherTopK,
                otherSelection,
                otherRanking,
                device,
                threads,
                generation,
                sharedPrefixTokens,
                memory,
                cuda,
                cacheDirectory);
    }

    public TeacherConfig withDevice(String otherDevice, int otherThreads) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                chatTemplate,
                topK,
                selection,
                ranking,
                otherDevice,
                otherThreads,
                generation,
                sharedPrefixTokens,
                memory,
                cuda,
                cacheDirectory);
    }

    public TeacherConfig withMemory(MemoryConfig replacement) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                chatTemplate,
                topK,
                selection,
                ranking,
                device,
                threads,
                generation,
                sharedPrefixTokens,
                replacement,
                cuda,
                cacheDirectory);
    }

    public TeacherConfig withSharedPrefixTokens(int tokens) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                chatTemplate,
                topK,
                selection,
                ranking,
                device,
                threads,
                generation,
                tokens,
                memory,
                cuda,
                cacheDirectory);
    }

    public TeacherConfig withCacheDirectory(Path other) {
        return new TeacherConfig(
                directory,
                tokenizerDirectory,
                chatTemplate,
                topK,
                selection,
                ranking,
                device,
                threads,
                generation,
                sharedPrefixTokens,
                memory,
                cuda,
                other);
    }

    /**
     * The threads of one inference. Counted here, because the runtime's own count takes the two processors of many a virtual
     * machine for one core, and does not see a container's limit.
     */
    public int threadsOrAll() {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Which columns of a distribution over a vocabulary of this size are kept. */
    public ColumnSelection columns(int vocabularySize) {
        return new ColumnSelection(selection, ranking, Math.min(topK, vocabularySize));
    }
}
