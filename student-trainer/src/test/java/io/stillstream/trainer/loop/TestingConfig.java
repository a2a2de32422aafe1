package io.stillstream.trainer.loop;

import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.step.OptimizerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** How a tiny student is trained in tests: in small steps, without waiting for partitions, and with checkpoints by steps alone. */
final class TestingConfig {

    private TestingConfig() {}

    static TrainerConfig of(Path student, Path data) {
        return TrainerConfig.defaults()
                .with(Map.of(
                        "student",
                        student,
                        "dataDirectory",
                        data,
                        "loss",
                        LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER),
                        "optimizer",
                        OptimizerConfig.of(1e-2, 2),
                        "batches",
                        batches(100),
                        "evaluations",
                        new TrainerConfig.Evaluations(6, 0),
                        "snapshots",
                        new TrainerConfig.Snapshots(15, Duration.ZERO, 3, Duration.ZERO),
                        "checkpoints",
                        new TrainerConfig.Checkpoints(4, Duration.ZERO, 2, 2),
                        "mergeWait",
                        Duration.ZERO,
                        "patience",
                        Duration.ofSeconds(10)));
    }

    /** Steps of so many tokens. */
    static TrainerConfig.Batches batches(int tokens) {
        return new TrainerConfig.Batches(tokens, 1, 64, false, Duration.ofSeconds(1), 0.25);
    }
}
