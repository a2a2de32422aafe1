package io.stillstream.pipeline.production;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots that were published so far, the newest last; asked again, those since then too. For one thread. */
final class SnapshotFollower implements Supplier<List<SnapshotManifest>>, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFollower.class);

    private static final Duration POLL = Duration.ofMillis(50);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<SnapshotManifest> published = new ArrayList<>();
    private List<SnapshotManifest> given = List.of();

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    SnapshotFollower(Map<String, Object> kafka, String topic) {
        consumer = TopicReader.consumer(kafka);
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** All of them; the same list as before where none was published since. */
    @Override
    public List<SnapshotManifest> get() {
        for (var records = consumer.poll(POLL); !records.isEmpty(); records = consumer.poll(POLL)) {
            records.forEach(this::add);
        }
        if (given.size() != published.size()) {
            given = List.copyOf(published);
        }
        return given;
    }

    private void add(ConsumerRecord<byte[], byte[]> found) {
        if (found.value() == null) {
            return;
        }
        try {
            SnapshotManifest manifest = SnapshotManifestCodec.decode(found.value());
            SnapshotReference unused = PublishedSnapshots.reference(manifest);
            published.add(manifest);
        } catch (ContractException | PipelineException e) {
            LOG.warn("{}, offset {}, is passed over: {}", found.topic(), found.offset(), e.getMessage());
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
