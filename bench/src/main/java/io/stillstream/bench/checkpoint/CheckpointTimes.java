package io.stillstream.bench.checkpoint;

/**
 * Medians over interleaved rounds.
 *
 * @param bytes of a checkpoint
 * @param pauseMilliseconds how long the training thread waits for a checkpoint that is written in the background
 * @param synchronousMilliseconds how long it would wait if it wrote the same files itself
 */
public record CheckpointTimes(
        long parameters, long bytes, int rounds, double pauseMilliseconds, double synchronousMilliseconds) {

    public double ratio() {
        return pauseMilliseconds / synchronousMilliseconds;
    }
}
