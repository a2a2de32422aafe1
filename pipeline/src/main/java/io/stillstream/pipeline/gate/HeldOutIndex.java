package io.stillstream.pipeline.gate;

import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where held-out records lie in {@code teacher-targets}, and whose they are: a stretch of weeks is searched without holding its records,
 * and read once. For one thread.
 */
final class HeldOutIndex {

    private static final Logger LOG = LoggerFactory.getLogger(HeldOutIndex.class);

    /**
     * A record's place.
     *
     * @param timestamp in Kafka, in milliseconds: offsets of different partitions have no order
     */
    record Entry(TopicPartition partition, long offset, long timestamp, String tenant, String conversation) {

        /** The same for everybody who reads the topic, however its partitions arrive. */
        static final Comparator<Entry> OLDEST_FIRST = Comparator.comparingLong(Entry::timestamp)
                .thenComparingInt(entry -> entry.partition().partition())
                .thenComparingLong(Entry::offset);
    }

    private final TopicReader reader;
    private final String topic;
    private final Map<String, Long> begins;

    /** Where the next look at the topic goes on. */
    private final Map<TopicPartition, Long> next = new HashMap<>();

    private final Map<String, String> tenants = new HashMap<>();
    private final List<Entry> later = new ArrayList<>();

    /** @param begins the first offset of each partition that later records may have; one that is not there begins at its start */
    HeldOutIndex(TopicReader reader, String topic, Map<String, Long> begins) {
        this.reader = reader;
        this.topic = topic;
        this.begins = Map.copyOf(begins);
    }

    /** Those later than where it begins, the oldest first. Each call reads what was written since the one before. */
    List<Entry> later() {
        next.putAll(reader.readRange(
                topic,
                partition -> next.getOrDefault(partition, begin(partition)),
                partition -> Long.MAX_VALUE,
                raw -> heldOut(raw).ifPresent(record -> later.add(entry(record)))));
        later.sort(Entry.OLDEST_FIRST);
        return List.copyOf(later);
    }

    /**
     * Those before where it begins, the oldest first.
     *
     * @param lookBack how many records of each partition are searched
     */
    List<Entry> before(int lookBack) {
        List<Entry> before = new ArrayList<>();
        reader.readRange(
                topic,
                partition -> begin(partition) - lookBack,
                this::begin,
                raw -> heldOut(raw).ifPresent(record -> before.add(entry(record))));
        before.sort(Entry.OLDEST_FIRST);
        return before;
    }

    private long begin(TopicPartition partition) {
        return begins.getOrDefault(partition.toString(), 0L);
    }

    private Entry entry(TargetsRecord record) {
        TeacherTargets targets = record.targets();
        return new Entry(
                record.partition(),
                record.offset(),
                record.raw().timestamp(),
                tenants.computeIfAbsent(targets.tenant(), tenant -> tenant),
                targets.conversationId());
    }

    /** The records themselves, in the order of the entries; without those that retention has removed since. */
    List<TargetsRecord> fetch(Collection<Entry> entries) {
        Map<TopicPartition, Long> from = new HashMap<>();
        Map<TopicPartition, Long> until = new HashMap<>();
        Map<TopicPartition, Set<Long>> offsets = new HashMap<>();
        for (Entry entry : entries) {
            from.merge(entry.partition(), entry.offset(), Math::min);
            until.merge(entry.partition(), entry.offset() + 1, Math::max);
            offsets.computeIfAbsent(entry.partition(), unseen -> new HashSet<>())
                    .add(entry.offset());
        }
        Map<String, TargetsRecord> found = new HashMap<>();
        reader.readRange(
                topic,
                partition -> from.getOrDefault(partition, Long.MAX_VALUE),
                partition -> until.getOrDefault(partition, 0L),
                raw -> {
                    var partition = new TopicPartition(raw.topic(), raw.partition());
                    if (offsets.getOrDefault(partition, Set.of()).contains(raw.offset())) {
                        heldOut(raw).ifPresent(record -> found.put(record.coordinates(), record));
                    }
                });
        List<TargetsRecord> records = new ArrayList<>();
        for (Entry entry : entries) {
            TargetsRecord record = found.get(entry.partition() + "@" + entry.offset());
            if (record != null) {
                records.add(record);
            }
        }
        return records;
    }

    private static Optional<TargetsRecord> heldOut(ConsumerRecord<byte[], byte[]> raw) {
        if (TargetsRecord.isEndOfSource(raw)) {
            return Optional.empty();
        }
        try {
            // A student's own texts say nothing about how well it predicts others'.
            return Optional.of(TargetsRecord.decode(raw))
                    .filter(record -> record.targets().split() == Split.HELD_OUT
                            && record.targets().responseSource() != ResponseSource.STUDENT);
        } catch (ContractException e) {
            LOG.warn("skipping the record {}-{}@{}: {}", raw.topic(), raw.partition(), raw.offset(), e.getMessage());
            return Optional.empty();
        }
    }
}
