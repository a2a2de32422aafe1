package io.stillstream.pipeline.gate;

import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The held-out records of {@code teacher-targets} that are later than what any of some snapshots had read. */
public final class LaterRecords {

    private static final Logger LOG = LoggerFactory.getLogger(LaterRecords.class);

    private LaterRecords() {}

    /**
     * Reads the topic to its end.
     *
     * @param most the newest so many; 0 for all
     */
    public static List<TargetsRecord> read(TopicReader reader, String topic, List<Snapshot> snapshots, int most) {
        Map<String, Long> from = new HashMap<>();
        snapshots.forEach(snapshot ->
                snapshot.manifest().offsets().forEach((partition, next) -> from.merge(partition, next, Math::max)));
        List<TargetsRecord> records = new ArrayList<>();
        reader.read(topic, null, raw -> {
            String partition = raw.topic() + "-" + raw.partition();
            if (raw.offset() >= from.getOrDefault(partition, 0L) && !TargetsRecord.isEndOfSource(raw)) {
                add(raw, records);
            }
        });
        return most == 0 || records.size() <= most
                ? records
                : List.copyOf(records.subList(records.size() - most, records.size()));
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

    /** What tells these records from others, to the byte. */
    public static String sha256(List<TargetsRecord> records) {
        StringBuilder text = new StringBuilder();
        for (TargetsRecord record : records) {
            text.append(record.coordinates())
                    .append(' ')
                    .append(Digests.sha256(record.raw().value()))
                    .append('\n');
        }
        return Digests.sha256(text.toString());
    }
}
