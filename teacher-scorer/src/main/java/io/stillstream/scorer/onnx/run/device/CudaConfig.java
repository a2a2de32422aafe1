package io.stillstream.scorer.onnx.run.device;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.InvalidSettingException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How ONNX Runtime uses a GPU; only read where {@code device} is {@code cuda:N}.
 *
 * @param memoryMebibytes the most GPU memory that the arena of each derived graph may take; 0 for no limit
 * @param arena how the arena grows: {@code same-as-requested} wastes nothing on texts of different lengths,
 *     {@code next-power-of-two} doubles at each growth
 * @param convolutionSearch how cuDNN chooses its algorithms
 * @param warmUp whether to run batches of the lengths to be expected once before the first real one
 * @param fallBackToCpu whether to run on the CPU where the GPU is not available
 * @param options further options of ONNX Runtime's CUDA provider, by their own names; they override the keys above
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
        Check.atLeast("memoryMebibytes", memoryMebibytes, 0);
        for (Map.Entry<String, String> option : options.entrySet()) {
            if (option.getKey().isBlank() || option.getValue().isBlank()) {
                throw InvalidSettingException.ofEntry(
                        "options",
                        option.getKey(),
                        option.getValue(),
                        "a name and a value of ONNX Runtime's CUDA provider");
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
