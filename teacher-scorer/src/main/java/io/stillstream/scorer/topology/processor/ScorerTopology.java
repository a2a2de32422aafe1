package io.stillstream.scorer.topology.processor;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.prompt.SourceRecord;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/** Prompts in; teacher targets and dead letters out; between them a buffer that survives a crash. */
public final class ScorerTopology {

    static final String PROMPTS = "prompts";
    static final String SCORER = "scorer";
    public static final String BUFFER = "buffer";
    static final String TEACHER_TARGETS = "teacher-targets";
    static final String DEAD_LETTERS = "dead-letters";
    /** Writes a record to every partition of {@code teacher-targets}. */
    static final String TO_ALL_TARGETS = "to-all-teacher-targets";

    /**
     * A buffer's entry is soon deleted by a tombstone, and a restart reads the whole changelog: hence small segments that are
     * compacted early. A restoration that took longer than tombstones are kept could bring back prompts that were scored.
     */
    private static final Map<String, String> CHANGELOG = Map.of(
            TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(16 << 20),
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
            TopicConfig.DELETE_RETENTION_MS_CONFIG, Integer.toString(60 * 60 * 1000));

    private ScorerTopology() {}

    /**
     * @param journal of the records that this process died of
     * @param clock for the time at which a prompt was scored
     */
    public static Topology of(
            ScorerConfig config,
            Topics topics,
            Teacher teacher,
            CrashJournal journal,
            ScorerMeters meters,
            Clock clock) {
        var scorerContext = new ScorerContext(config, teacher, journal, meters, clock);
        var bytes = Serdes.ByteArray();
        return new Topology()
                .addSource(
                        AutoOffsetReset.earliest(),
                        PROMPTS,
                        new BoundedTimestamps(clock),
                        bytes.deserializer(),
                        bytes.deserializer(),
                        topics.prompts())
                .addProcessor(SCORER, () -> new ScoringProcessor(scorerContext), PROMPTS)
                .addStateStore(buffer(config), SCORER)
                .addSink(TEACHER_TARGETS, topics.teacherTargets(), bytes.serializer(), bytes.serializer(), SCORER)
                .addSink(
                        TO_ALL_TARGETS,
                        topics.teacherTargets(),
                        bytes.serializer(),
                        bytes.serializer(),
                        (topic, key, value, partitions) -> Optional.of(all(partitions)),
                        SCORER)
                .addSink(DEAD_LETTERS, topics.deadLetters(), bytes.serializer(), bytes.serializer(), SCORER);
    }

    private static Set<Integer> all(int partitions) {
        return IntStream.range(0, partitions).boxed().collect(Collectors.toSet());
    }

    private static StoreBuilder<KeyValueStore<Long, SourceRecord>> buffer(ScorerConfig config) {
        Map<String, String> changelog = new HashMap<>(CHANGELOG);
        changelog.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                Integer.toString(config.maxRecordBytes() + ScorerConfig.RECORD_MARGIN));
        return Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(BUFFER), Serdes.Long(), SourceRecordSerde.serde())
                .withLoggingEnabled(changelog);
    }
}
