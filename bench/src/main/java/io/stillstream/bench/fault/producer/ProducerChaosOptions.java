package io.stillstream.bench.fault.producer;

import java.nio.file.Path;

/**
 * What to do to a producer.
 *
 * @param lines how many are written to its file
 * @param rotateEvery after how many kills another file takes the name; 0 for never
 * @param seed of the moments of the kills
 */
public record ProducerChaosOptions(int kills, int lines, int rotateEvery, long seed, Path directory) {}
