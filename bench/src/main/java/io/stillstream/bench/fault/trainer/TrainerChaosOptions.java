package io.stillstream.bench.fault.trainer;

import java.nio.file.Path;

/**
 * What a run of {@link TrainerChaos} does.
 *
 * @param publishing whether kills are aimed at checkpoints and snapshots alone, written at every step by a tiny student
 * @param naive whether the trainer that is killed commits its offsets to a consumer group, to see that losses are seen
 * @param seed decides the records, and the moments of the kills as far as the machine's speed lets it
 * @param directory for broker, trainers and their logs
 */
public record TrainerChaosOptions(
        int kills, int records, int partitions, boolean publishing, boolean naive, long seed, Path directory) {

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
