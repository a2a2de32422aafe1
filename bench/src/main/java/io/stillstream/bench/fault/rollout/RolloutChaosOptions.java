package io.stillstream.bench.fault.rollout;

import java.nio.file.Path;

/**
 * @param kills of the controller
 * @param rounds of the script; a candidate each
 * @param seed of the kills' moments
 * @param directory for the broker, the snapshots and the logs
 */
public record RolloutChaosOptions(int kills, int rounds, long seed, Path directory) {}
