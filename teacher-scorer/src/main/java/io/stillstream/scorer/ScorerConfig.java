package io.stillstream.scorer;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the scorer reads prompts from Kafka and groups them for the teacher.
 *
 * @param applicationId consumer group, prefix of the transactions and of the buffer's changelog; scorers that share the
 *     work have the same one
 * @param streamThreads how many partitions are processed at a time; they share one teacher
 * @param maxBatchTokens the most positions, padding included, that the teacher is given at once; a single longer prompt
 *     is scored alone
 * @param maxBatchRecords the most prompts that the teacher is given at once
 * @param linger how long a prompt waits for others
 * @param worstBatch longer than the teacher takes for any batch; the timeouts of transactions and polls follow from
 *     it, and so does the time after a crash until another scorer may continue
 * @param sessionTimeout how long a scorer may be silent until the others get its partitions; one that is started again
 *     on its state directory within that time keeps them
 * @param maxNotFinite how many responses in a row with NaN or infinity in the teacher's distribution stop the scorer; fewer are
 *     dead letters. 0 never stops it
 * @param maxRecordBytes the most bytes of a record that is written, before compression; {@link #RECORD_MARGIN} or more
 *     below the topics' {@code max.message.bytes}
 * @param internalReplicationFactor copies of the buffer's changelog; -1 for the broker's default
 * @param stateDirectory holds the scorer's name, by which a restart aborts the transaction that a crash left open; where it does
 *     not outlive the process, that has to time out. The buffer is in memory and in Kafka
 */
public record ScorerConfig(
        String applicationId,
        int streamThreads,
        int maxBatchTokens,
        int maxBatchRecords,
        Duration linger,
        Duration worstBatch,
        Duration sessionTimeout,
        int maxNotFinite,
        int maxRecordBytes,
        int internalReplicationFactor,
        Path stateDirectory) {

    /** What the headers of a dead letter, or a prompt's coordinates in the buffer, add to a record at most. */
    public static final int RECORD_MARGIN = 16 * 1024;

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
        if (sessionTimeout.toMillis() < 1) {
            throw new ScorerException("sessionTimeout is " + sessionTimeout + "; expected more than nothing");
        }
        requireAtLeast(0, "maxNotFinite", maxNotFinite);
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
                Duration.ofSeconds(45),
                10,
                900 * 1024,
                -1,
                Path.of(".stillstream", "teacher-scorer"));
    }

    public ScorerConfig withStateDirectory(Path directory) {
        return new ScorerConfig(
                applicationId,
                streamThreads,
                maxBatchTokens,
                maxBatchRecords,
                linger,
                worstBatch,
                sessionTimeout,
                maxNotFinite,
                maxRecordBytes,
                internalReplicationFactor,
                directory);
    }

    public ScorerConfig withApplicationId(String id) {
        return new ScorerConfig(
                id,
                streamThreads,
                maxBatchTokens,
                maxBatchRecords,
                linger,
                worstBatch,
                sessionTimeout,
                maxNotFinite,
                maxRecordBytes,
                internalReplicationFactor,
                stateDirectory);
    }

    public ScorerConfig withMaxBatch(int tokens, int records) {
        return new ScorerConfig(
                applicationId,
                streamThreads,
                tokens,
                records,
                linger,
                worstBatch,
                sessionTimeout,
                maxNotFinite,
                maxRecordBytes,
                internalReplicationFactor,
                stateDirectory);
    }

    /** @throws ScorerException when a setting is too small, naming it */
    public static void requireAtLeast(int least, String name, int value) {
        if (value < least) {
            throw new ScorerException(name + " is " + value + "; expected " + least + " or more");
        }
    }
}
