package io.stillstream.scorer;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the scorer takes prompts from Kafka and groups them for the teacher.
 *
 * @param applicationId consumer group, prefix of the transactions and of the buffer's changelog; scorers that share the
 *     work share it
 * @param streamThreads how many partitions are worked on at a time; they share one teacher
 * @param maxBatchTokens the most positions, padding included, that the teacher is given at once; a single longer prompt
 *     is scored alone
 * @param maxBatchRecords the most prompts that the teacher is given at once
 * @param linger how long a prompt waits for others
 * @param worstBatch longer than the teacher ever takes for a batch; the timeouts of transactions and polls follow from
 *     it, and so does the time after a crash until another scorer may go on
 * @param maxRecordBytes the most bytes of a record that is written; below the broker's {@code message.max.bytes}
 * @param internalReplicationFactor copies of the buffer's changelog; -1 for the broker's default
 * @param stateDirectory for Kafka Streams' own files; the buffer is in memory and in Kafka
 */
public record ScorerConfig(
        String applicationId,
        int streamThreads,
        int maxBatchTokens,
        int maxBatchRecords,
        Duration linger,
        Duration worstBatch,
        int maxRecordBytes,
        int internalReplicationFactor,
        Path stateDirectory) {

    private static final Duration LONGEST_WORST_BATCH = Duration.ofMinutes(5);
    private static final int SMALLEST_RECORD_LIMIT = 1024;

    public ScorerConfig {
        if (applicationId.isBlank()) {
            throw new ScorerException("applicationId is blank; expected a name for the consumer group");
        }
        requireAtLeast(1, "streamThreads", streamThreads);
        requireAtLeast(1, "maxBatchTokens", maxBatchTokens);
        requireAtLeast(1, "maxBatchRecords", maxBatchRecords);
        if (linger.toMillis() < 1) {
            throw new ScorerException("linger is " + linger + "; expected a millisecond or more");
        }
        if (worstBatch.toMillis() < 1 || worstBatch.compareTo(LONGEST_WORST_BATCH) > 0) {
            throw new ScorerException("worstBatch is " + worstBatch + "; expected more than nothing and at most "
                    + LONGEST_WORST_BATCH + ", a third of the longest transaction that a broker allows");
        }
        requireAtLeast(SMALLEST_RECORD_LIMIT, "maxRecordBytes", maxRecordBytes);
        if (internalReplicationFactor != -1) {
            requireAtLeast(1, "internalReplicationFactor", internalReplicationFactor);
        }
    }

    public static ScorerConfig defaults() {
        return new ScorerConfig(
                "teacher-scorer",
                1,
                4096,
                32,
                Duration.ofMillis(200),
                Duration.ofSeconds(20),
                900 * 1024,
                -1,
                Path.of(".stillstream", "teacher-scorer"));
    }

    private static void requireAtLeast(int least, String name, int value) {
        if (value < least) {
            throw new ScorerException(name + " is " + value + "; expected " + least + " or more");
        }
    }
}
