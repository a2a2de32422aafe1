package io.stillstream.scorer;

import io.stillstream.configuration.Check;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * How the scorer takes prompts from Kafka and batches them for the teacher.
 *
 * @param applicationId Kafka Streams' application id: the consumer group, and the prefix of transactions and of the
 *     buffer's changelog; scorers that share the work have the same
 * @param streamThreads how many partitions are worked on at a time; they share one teacher
 * @param maxBatchTokens the most tokens of a batch, padding included; a longer prompt is scored alone
 * @param maxBatchRecords the most prompts of a batch
 * @param linger how long a prompt may wait for a batch to fill
 * @param worstBatch longer than the teacher ever takes for a batch; the timeouts of transactions and polls follow from
 *     it, and so does how long others have to wait after a crash
 * @param sessionTimeout how long a scorer may be silent before others take its partitions; one that is restarted within
 *     that time on its state directory keeps them
 * @param maxNotFinite how many responses in a row with NaN or infinity stop the scorer; fewer are dead-lettered; 0 never
 *     stops it
 * @param maxDeaths how often the process may die of one record, killed or aborted, before that is a dead letter; 0 tries it
 *     for ever, as may be right where scorers are killed on purpose
 * @param maxRecordBytes the most bytes of a record that is written, before compression; the topics' {@code
 *     max.message.bytes} must be at least {@value #RECORD_MARGIN} higher
 * @param maxBufferedBytes the most memory for prompts that wait, about: a quarter for those that are fetched, polled,
 *     queued, and decoded each. No less than four times {@code max-record-bytes}
 * @param internalReplicationFactor copies of the buffer's changelog; -1 for the broker's default
 * @param acceptChanges what may differ from when the scorer last ran: any of prompts-topic, where the topic was deleted and
 *     made anew, so that it is scored from its beginning
 * @param stateDirectory where the scorer keeps the name by which it ends the transaction that a crash left open, which
 *     records it died of, which topic it scored, and how far; without it that transaction has to time out, a record that kills
 *     the process does so at every start, and what was scored is scored again where brokers forget the group's offsets. Relative
 *     paths lie in the data directory
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
        int maxDeaths,
        int maxRecordBytes,
        int maxBufferedBytes,
        int internalReplicationFactor,
        List<String> acceptChanges,
        Path stateDirectory) {

    /** What the headers of a dead letter, or a prompt's coordinates in the buffer, add to a record at most. */
    public static final int RECORD_MARGIN = 16 * 1024;

    /** Of {@code acceptChanges}: the topic of prompts was deleted and made anew, and is scored from its beginning. */
    public static final String PROMPTS_TOPIC = "prompts-topic";

    private static final int PLACES = 4;

    private static final int MOST_STREAM_THREADS = 1_024;

    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** A third of the longest transaction that a broker allows by default. */
    private static final Duration LONGEST_WORST_BATCH = Duration.ofMinutes(5);

    private static final int SMALLEST_RECORD_LIMIT = 1024;

    public ScorerConfig {
        Check.notBlank("applicationId", applicationId, "a name for the consumer group");
        Check.between("streamThreads", streamThreads, 1, MOST_STREAM_THREADS);
        Check.atLeast("maxBatchTokens", maxBatchTokens, 1);
        Check.atLeast("maxBatchRecords", maxBatchRecords, 1);
        Check.timeout("linger", linger);
        Check.between("worstBatch", worstBatch, SHORTEST, LONGEST_WORST_BATCH);
        Check.timeout("sessionTimeout", sessionTimeout);
        Check.atLeast("maxNotFinite", maxNotFinite, 0);
        Check.that(maxDeaths == 0 || maxDeaths >= 2, "maxDeaths", maxDeaths, "2 or more, or 0 for no bound");
        Check.atLeast("maxRecordBytes", maxRecordBytes, SMALLEST_RECORD_LIMIT);
        Check.atLeast("maxBufferedBytes", maxBufferedBytes, (long) PLACES * maxRecordBytes);
        acceptChanges = List.copyOf(acceptChanges);
        for (String change : acceptChanges) {
            Check.that(change.equals(PROMPTS_TOPIC), "acceptChanges", change, "any of " + PROMPTS_TOPIC);
        }
        Check.that(
                internalReplicationFactor == -1 || internalReplicationFactor >= 1,
                "internalReplicationFactor",
                internalReplicationFactor,
                "1 or more, or -1 for the broker's default");
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
                2,
                900 * 1024,
                128 << 20,
                -1,
                List.of(),
                Path.of(".stillstream", "teacher-scorer"));
    }

    /**
     * The most bytes at each of the four places where prompts wait: fetched, polled, queued by partition, and decoded in the
     * buffer.
     */
    public int bufferShare() {
        return maxBufferedBytes / PLACES;
    }

    /** Whether such a change is accepted. */
    public boolean accepts(String change) {
        return acceptChanges.contains(change);
    }

    public ScorerConfig withStateDirectory(Path directory) {
        return copy(copy -> copy.stateDirectory = directory);
    }

    public ScorerConfig withApplicationId(String id) {
        return copy(copy -> copy.applicationId = id);
    }

    public ScorerConfig withMaxBatch(int tokens, int records) {
        return copy(copy -> {
            copy.maxBatchTokens = tokens;
            copy.maxBatchRecords = records;
        });
    }

    public ScorerConfig withBufferedBytes(int bytes) {
        return copy(copy -> copy.maxBufferedBytes = bytes);
    }

    public ScorerConfig withAcceptChanges(List<String> changes) {
        return copy(copy -> copy.acceptChanges = changes);
    }

    public ScorerConfig withStreamThreads(int threads) {
        return copy(copy -> copy.streamThreads = threads);
    }

    public ScorerConfig withMaxRecordBytes(int bytes) {
        return copy(copy -> copy.maxRecordBytes = bytes);
    }

    private ScorerConfig copy(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return copy.config();
    }

    /** The components that a copy may have otherwise. */
    private static final class Copy {

        private final ScorerConfig original;
        private String applicationId;
        private int streamThreads;
        private int maxBatchTokens;
        private int maxBatchRecords;
        private int maxRecordBytes;
        private int maxBufferedBytes;
        private List<String> acceptChanges;
        private Path stateDirectory;

        Copy(ScorerConfig original) {
            this.original = original;
            this.applicationId = original.applicationId;
            this.streamThreads = original.streamThreads;
            this.maxBatchTokens = original.maxBatchTokens;
            this.maxBatchRecords = original.maxBatchRecords;
            this.maxRecordBytes = original.maxRecordBytes;
            this.maxBufferedBytes = original.maxBufferedBytes;
            this.acceptChanges = original.acceptChanges;
            this.stateDirectory = original.stateDirectory;
        }

        ScorerConfig config() {
            return new ScorerConfig(
                    applicationId,
                    streamThreads,
                    maxBatchTokens,
                    maxBatchRecords,
                    original.linger,
                    original.worstBatch,
                    original.sessionTimeout,
                    original.maxNotFinite,
                    original.maxDeaths,
                    maxRecordBytes,
                    maxBufferedBytes,
                    original.internalReplicationFactor,
                    acceptChanges,
                    stateDirectory);
        }
    }
}
