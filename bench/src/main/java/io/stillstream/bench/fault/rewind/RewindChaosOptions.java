package io.stillstream.bench.fault.rewind;

import java.nio.file.Path;

/**
 * @param orders to the trainer, with three kills each
 * @param seed of the kills' moments and of the texts
 * @param directory for the broker, the trainers' files and the logs
 */
public record RewindChaosOptions(int orders, long seed, Path directory) {}
