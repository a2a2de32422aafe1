package io.stillstream.pipeline.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoConfigTest {

    @TempDir
    private Path directory;

    @Test
    void demo_settings_comeFromItsFile() {
        BundledModels models = BundledModels.unpack(directory.resolve("models"));
        StillstreamConfig demo = DemoConfig.of(directory, models);
        assertThat(demo.dataDirectory()).isEqualTo(directory);
        assertThat(demo.traffic().source()).isEqualTo(models.prompts().toString());
        assertThat(demo.teacher().directory()).isEqualTo(models.teacher());
        assertThat(demo.trainer().student()).isEqualTo(models.student());
        assertThat(EffectiveSettings.describe(demo))
                .contains(
                        "traffic.max-in-flight: 96",
                        "traffic.repeat: 0",
                        "teacher.threads: 1",
                        "teacher.generation.max-tokens: 120",
                        "trainer.optimizer.learning-rate: 0.003",
                        "trainer.snapshots.every: 30s",
                        "rollout.automatic: true",
                        "gate.least-records: 20");
    }
}
