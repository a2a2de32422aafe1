package io.stillstream.trainer.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.trainer.loss.MultiLevelOtTest;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    private static OptimizerConfig config(long warmup, LearningRateSchedule schedule) {
        return new OptimizerConfig(1e-3, warmup, 0.9, 0.95, 1e-8, 0.1, 1.0, schedule);
    }

    @Test
    void learningRate_constant_risesLinearlyThenStays() {
        OptimizerConfig config = config(4, new LearningRateSchedule.Constant());
        assertThat(config.learningRate(1)).isEqualTo(0.25e-3);
        assertThat(config.learningRate(4)).isEqualTo(1e-3);
        assertThat(config.learningRate(1_000_000)).isEqualTo(1e-3);
        assertThat(config(0, new LearningRateSchedule.Constant()).learningRate(1))
                .isEqualTo(1e-3);
    }

    @Test
    void learningRate_cosine_fallsToItsMinimumAndStays() {
        OptimizerConfig config = config(4, new LearningRateSchedule.Cosine(10, 0.1));
        assertThat(config.learningRate(5)).isCloseTo(1e-3, within(1e-12));
        assertThat(config.learningRate(10)).isCloseTo(0.55e-3, within(1e-12));
        assertThat(config.learningRate(15)).isCloseTo(0.1e-3, within(1e-12));
        assertThat(config.learningRate(99)).isCloseTo(0.1e-3, within(1e-12));
    }

    @Test
    void config_outOfRange_isRefused() {
        assertThatThrownBy(() -> OptimizerConfig.of(Double.NaN, 0)).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> new LearningRateSchedule.Cosine(0, 0.1)).isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> MultiLevelOtTest.paper(0, 1, 1, 1, 1, 1, 1, 1))
                .isInstanceOf(InvalidSettingException.class);
        assertThatThrownBy(() -> MultiLevelOtTest.paper(1, 1, 1, 1, 1, 1, 0, 1))
                .isInstanceOf(InvalidSettingException.class);
    }
}
