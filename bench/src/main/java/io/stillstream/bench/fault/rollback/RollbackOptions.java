package io.stillstream.bench.fault.rollback;

import java.nio.file.Path;
import java.time.Duration;

/**
 * @param student a Hugging Face directory whose copies are the snapshots
 * @param rate calls a second
 * @param conversations how many they are of
 * @param hold how long each share of a candidate lasts
 * @param directory for the broker, the snapshots and the logs
 */
public record RollbackOptions(Path student, int rate, int conversations, Duration hold, Path directory) {}
