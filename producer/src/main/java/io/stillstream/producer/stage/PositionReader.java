package io.stillstream.producer.stage;

import io.stillstream.contract.codec.SourcePositionCodec;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.SourcePosition;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.monitoring.broker.ReadPatience;
import io.stillstream.producer.ProducerException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the positions of all sources. To be called once this producer's own transactions are complete. A position behind
 * another producer's open transaction is not visible until that one ends, and is waited for.
 */
final class PositionReader {

    private static final Logger LOG = LoggerFactory.getLogger(PositionReader.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final Map<String, Object> kafka;
    private final String topic;
    private final Duration patience;

    /**
     * @param patience how long a broker may take to answer, and nothing may come, as while another producer's transaction is open;
     *     the whole topic takes as long as it takes
     */
    PositionReader(Map<String, Object> kafka, String topic, Duration patience) {
        this.kafka = kafka;
        this.topic = topic;
        this.patience = patience;
    }

    Map<String, SourcePosition> read() {
        Map<String, SourcePosition> positions = new HashMap<>();
        try (Consumer<byte[], byte[]> any = open("read_uncommitted");
                Consumer<byte[], byte[]> committed = open("read_committed")) {
            List<TopicPartition> partitions = any.partitionsFor(topic, patience).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = any.endOffsets(partitions, patience);
            committed.assign(partitions);
            committed.seekToBeginning(partitions);
            var standstill = new ReadPatience("the topic " + topic, patience);
            while (ends.entrySet().stream()
                    .anyMatch(end -> committed.position(end.getKey(), patience) < end.getValue())) {
                committed.poll(POLL).forEach(found -> add(positions, found));
                standstill.at(partitions.stream()
                        .mapToLong(partition -> committed.position(partition, patience))
                        .sum());
            }
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw new ProducerException(
                    "the positions of sources cannot be read from the topic " + topic + ": " + AccessDenied.reading(e),
                    e);
        }
        LOG.debug("positions on {}: {}", topic, positions);
        return positions;
    }

    private void add(Map<String, SourcePosition> positions, ConsumerRecord<byte[], byte[]> found) {
        if (found.key() == null) {
            return;
        }
        String source = new String(found.key(), StandardCharsets.UTF_8);
        if (found.value() == null) {
            positions.remove(source);
            return;
        }
        try {
            positions.put(source, SourcePositionCodec.decode(found.value()));
        } catch (ContractException e) {
            throw new ProducerException(
                    "the position of " + source + " (" + topic + "-" + found.partition() + ", offset " + found.offset()
                            + ") cannot be used: " + e.getMessage() + "; --from-start reads the source again",
                    e);
        }
    }

    private Consumer<byte[], byte[]> open(String isolation) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "stillstream-producer-positions");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
