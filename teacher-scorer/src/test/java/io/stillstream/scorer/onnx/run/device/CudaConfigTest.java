package io.stillstream.scorer.onnx.run.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.InvalidSettingException;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CudaConfigTest {

    @Test
    void providerOptions_defaults_limitNothing() {
        assertThat(CudaConfig.DEFAULT.providerOptions())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("arena_extend_strategy", "kSameAsRequested", "cudnn_conv_algo_search", "HEURISTIC"));
    }

    @Test
    void providerOptions_ownNames_goOverTheOthers() {
        CudaConfig config = new CudaConfig(
                512,
                CudaConfig.Arena.NEXT_POWER_OF_TWO,
                CudaConfig.ConvolutionSearch.EXHAUSTIVE,
                true,
                false,
                Map.of("use_tf32", "0", "gpu_mem_limit", "7"));
        assertThat(config.providerOptions())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "gpu_mem_limit", "7",
                        "arena_extend_strategy", "kNextPowerOfTwo",
                        "cudnn_conv_algo_search", "EXHAUSTIVE",
                        "use_tf32", "0"));
    }

    @Test
    void config_emptyOption_isRefused() {
        assertThatThrownBy(() -> new CudaConfig(
                        0,
                        CudaConfig.Arena.SAME_AS_REQUESTED,
                        CudaConfig.ConvolutionSearch.DEFAULT,
                        true,
                        false,
                        Map.of("use_tf32", " ")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("options.use_tf32 is ' '; expected");
    }
}
