package io.stillstream.bench.fault.trainer;

import java.nio.file.Path;

/**
 * What a run of {@link TrainerChaos} does.
 *
 * @param publishing whether to kill only during checkpoints and snapshots, which a tiny student writes at every step
 * @param lora whether the trainers train adapters instead of all weights
 * @param naive whether to kill a trainer that commits its offsets to a consumer group, to check that losses are detected
 * @param seed determines the records, and the times of the kills as far as the speed of the machine allows
 * @param directory for broker, trainers and their logs
 */
public record TrainerChaosOptions(
        int kills,
        int records,
        int partitions,
        boolean publishing,
        boolean lora,
        boolean naive,
        long seed,
        Path directory) {

    public TrainerChaosOptions {
        require(kills >= 0, "kills is " + kills + "; expected 0 or more");
        require(records >= 1, "records is " + records + "; expected 1 or more");
        require(partitions >= 1, "partitions is " + partitions + "; expected 1 or more");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
