package io.stillstream.pipeline.gate;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.rollout.gate.GateConfig;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The held-out records of {@code teacher-targets} that snapshots are compared by.
 *
 * @param older those of tenants that have too few of the others, in the order in which they were found: what one tenant sends must
 *     not hide what became of the rest
 * @param evidence the newest that are later than what any of the snapshots had read, in the order of the topic
 */
public record GateRecords(List<TargetsRecord> older, List<TargetsRecord> evidence) {

    private static final Logger LOG = LoggerFactory.getLogger(GateRecords.class);

    public GateRecords {
        older = List.copyOf(older);
        evidence = List.copyOf(evidence);
    }

    /** Those that a verdict rests on, and no older ones: reads the topic from the snapshots' offsets to its end. */
    public static GateRecords later(TopicReader reader, String topic, List<Snapshot> snapshots, GateConfig config) {
        List<TargetsRecord> later = read(reader, topic, offsets(snapshots));
        int most = config.mostRecords();
        return new GateRecords(
                List.of(), most == 0 ? later : later.subList(Math.max(0, later.size() - most), later.size()));
    }

    /**
     * The same evidence, and for each tenant with fewer conversations in it than a slice needs the newest records before it, until it
     * has as many. They are looked for among the records that {@code lookBack} reaches.
     */
    public GateRecords withOlder(TopicReader reader, String topic, List<Snapshot> snapshots, GateConfig config) {
        Map<String, Long> from = new HashMap<>();
        offsets(snapshots).forEach((partition, next) -> from.put(partition, Math.max(0, next - config.lookBack())));
        Set<String> known = new HashSet<>();
        Map<String, Set<String>> conversations = new HashMap<>();
        evidence.forEach(record -> {
            known.add(record.coordinates());
            conversations(conversations, record).add(record.targets().conversationId());
        });
        List<TargetsRecord> before = read(reader, topic, from);
        List<TargetsRecord> taken = new ArrayList<>();
        for (int i = before.size() - 1; i >= 0; i--) {
            TargetsRecord record = before.get(i);
            Set<String> own = conversations(conversations, record);
            if (!known.contains(record.coordinates()) && own.size() < config.leastSliceConversations()) {
                own.add(record.targets().conversationId());
                taken.add(0, record);
            }
        }
        return new GateRecords(taken, evidence);
    }

    private static Set<String> conversations(Map<String, Set<String>> byTenant, TargetsRecord record) {
        return byTenant.computeIfAbsent(record.targets().tenant(), unseen -> new HashSet<>());
    }

    /** How many conversations the evidence is of. */
    public int conversations() {
        return (int) evidence.stream()
                .map(record -> record.targets().conversationId())
                .distinct()
                .count();
    }

    /** The older ones first. */
    public List<TargetsRecord> all() {
        return Stream.concat(older.stream(), evidence.stream()).toList();
    }

    /** The coordinates of the records whose prompts are answered: the newest of each tenant in turn. */
    Set<String> answered(int most) {
        Map<String, Deque<TargetsRecord>> byTenant = new LinkedHashMap<>();
        all().forEach(record -> byTenant.computeIfAbsent(record.targets().tenant(), unseen -> new ArrayDeque<>())
                .push(record));
        Collection<Deque<TargetsRecord>> left = byTenant.values();
        Set<String> answered = new HashSet<>();
        while (answered.size() < most && !left.isEmpty()) {
            for (Iterator<Deque<TargetsRecord>> turns = left.iterator(); turns.hasNext() && answered.size() < most; ) {
                Deque<TargetsRecord> newest = turns.next();
                answered.add(newest.pop().coordinates());
                if (newest.isEmpty()) {
                    turns.remove();
                }
            }
        }
        return answered;
    }

    /** What tells these records from others, to the byte. */
    public String sha256() {
        StringBuilder text = new StringBuilder();
        all().forEach(record -> text.append(record.coordinates())
                .append(' ')
                .append(Digests.sha256(record.raw().value()))
                .append('\n'));
        return Digests.sha256(text.append(older.size()).append('\n').toString());
    }

    private static Map<String, Long> offsets(List<Snapshot> snapshots) {
        Map<String, Long> from = new HashMap<>();
        snapshots.forEach(snapshot ->
                snapshot.manifest().offsets().forEach((partition, next) -> from.merge(partition, next, Math::max)));
        return from;
    }

    /** @param from the first offset by partition; a partition that is not there is read from its beginning */
    private static List<TargetsRecord> read(TopicReader reader, String topic, Map<String, Long> from) {
        List<TargetsRecord> records = new ArrayList<>();
        reader.readFrom(topic, partition -> from.getOrDefault(partition.toString(), 0L), raw -> {
            if (!TargetsRecord.isEndOfSource(raw)) {
                add(raw, records);
            }
        });
        return records;
    }

    private static void add(ConsumerRecord<byte[], byte[]> raw, List<TargetsRecord> records) {
        try {
            TargetsRecord record = TargetsRecord.decode(raw);
            // A student's own texts say nothing about how well it predicts others'.
            if (record.targets().split() == Split.HELD_OUT
                    && record.targets().responseSource() != ResponseSource.STUDENT) {
                records.add(record);
            }
        } catch (ContractException e) {
            LOG.warn("skipping the record {}-{}@{}: {}", raw.topic(), raw.partition(), raw.offset(), e.getMessage());
        }
    }
}
