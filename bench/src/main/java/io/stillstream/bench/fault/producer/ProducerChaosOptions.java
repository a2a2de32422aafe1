package io.stillstream.bench.fault.producer;

import java.nio.file.Path;

/**
 * What to do to a producer.
 *
 * @param lines how many are written to its files
 * @param files how many grow, which it follows by a pattern
 * @param rotateEvery after how many kills another file takes the name of one of them; 0 for never
 * @param truncateEvery after how many kills one of them is emptied, once it was read; 0 for never
 * @param seed of the moments of the kills
 */
public record ProducerChaosOptions(
        int kills, int lines, int files, int rotateEvery, int truncateEvery, long seed, Path directory) {}
