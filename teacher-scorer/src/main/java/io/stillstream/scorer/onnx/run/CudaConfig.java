package io.stillstream.scorer.onnx.run;

import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How ONNX Runtime uses a GPU. Read with {@code device: cuda:N} alone.
 *
 * @param memoryMebibytes the most that the arena of each derived graph may take; 0, the default, for no limit
 * @param arena how the arena grows, {@code same-as-requested} by default, which wastes nothing on lengths that differ
 * @param convolutionSearch how cuDNN finds its algorithms, {@code heuristic} by default
 * @param warmUp whether to run the lengths of the batches that may come before the first one does, true by default
 * @param fallBackToCpu whether to use the CPU where the GPU is not available, false by default
 * @param options further options of ONNX Runtime's CUDA provider by their own names, which go over those above
 */
public record CudaConfig(
        int memoryMebibytes,
        Arena arena,
        ConvolutionSearch convolutionSearch,
        boolean warmUp,
        boolean fallBackToCpu,
        Map<String, String> options) {

    /** How memory is taken from the GPU. */
    public enum Arena {
        /** Doubles at each growth. */
        NEXT_POWER_OF_TWO,
        /** Takes what is asked for. */
        SAME_AS_REQUESTED
    }

    /** How long cuDNN looks for the fastest algorithm. */
    public enum ConvolutionSearch {
        EXHAUSTIVE,
        HEURISTIC,
        DEFAULT
    }

    public static final CudaConfig DEFAULT =
            new CudaConfig(0, Arena.SAME_AS_REQUESTED, ConvolutionSearch.HEURISTIC, true, false, Map.of());

    private static final long MEBIBYTE = 1L << 20;

    public CudaConfig {
        ScorerConfig.requireAtLeast(0, "cuda memoryMebibytes", memoryMebibytes);
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (option.getKey().isBlank() || option.getValue().isBlank()) {
                throw new ScorerException("cuda options holds '" + option.getKey() + "' with the value '"
                        + option.getValue() + "'; expected a name and a value of ONNX Runtime's CUDA provider");
            }
        }
        options = Map.copyOf(options);
    }

    /** As the CUDA provider names them. */
    Map<String, String> providerOptions() {
        Map<String, String> provider = new HashMap<>();
        if (memoryMebibytes > 0) {
            provider.put("gpu_mem_limit", Long.toString(memoryMebibytes * MEBIBYTE));
        }
        provider.put(
                "arena_extend_strategy", arena == Arena.SAME_AS_REQUESTED ? "kSameAsRequested" : "kNextPowerOfTwo");
        provider.put("cudnn_conv_algo_search", convolutionSearch.name().toUpperCase(Locale.ROOT));
        provider.putAll(options);
        return provider;
    }
}
