package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.source.EndOfSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what the scorers wrote from the beginning, committed records only, as the trainer would. One thread. */
public final class ArrivalReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);

    private final Topics topics;
    private final Arrivals arrivals;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;

    public ArrivalReader(String bootstrapServers, Topics topics, Arrivals arrivals) {
        this.topics = topics;
        this.arrivals = arrivals;
        consumer = open(bootstrapServers, "read_committed");
        partitions = Stream.of(topics.teacherTargets(), topics.deadLetters())
                .flatMap(topic -> partitions(consumer, topic).stream())
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Takes in what is there now, if anything. */
    public void poll() {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            Header marker = record.headers().lastHeader(EndOfSource.HEADER);
            if (marker != null && EndOfSource.isMarkedBy(marker.value())) {
                arrivals.addEnd(EndOfSourceCodec.decode(record.value()), record.partition());
                continue;
            }
            boolean dead = record.topic().equals(topics.deadLetters());
            String id = dead
                    ? PromptCodec.decode(record.value()).id()
                    : TeacherTargetsCodec.decode(record.value()).promptId();
            arrivals.add(ChaosPrompts.number(id), new String(record.key(), StandardCharsets.UTF_8), dead);
        }
    }

    /** Takes in all that is committed now. */
    public void readToEnd() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream()
                .anyMatch(partition -> consumer.position(partition) < Objects.requireNonNull(ends.get(partition)))) {
            poll();
        }
    }

    /** Records of a topic in aborted transactions: those that only a reader of uncommitted records sees. */
    static int aborted(String bootstrapServers, String topic) {
        return count(bootstrapServers, topic, "read_uncommitted") - count(bootstrapServers, topic, "read_committed");
    }

    private static int count(String bootstrapServers, String topic, String isolation) {
        try (KafkaConsumer<byte[], byte[]> reader = open(bootstrapServers, isolation)) {
            List<TopicPartition> all = partitions(reader, topic);
            reader.assign(all);
            reader.seekToBeginning(all);
            Map<TopicPartition, Long> ends = reader.endOffsets(all);
            int records = 0;
            while (all.stream()
                    .anyMatch(partition -> reader.position(partition) < Objects.requireNonNull(ends.get(partition)))) {
                records += reader.poll(POLL).count();
            }
            return records;
        }
    }

    private static KafkaConsumer<byte[], byte[]> open(String bootstrapServers, String isolation) {
        Map<String, Object> properties = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static List<TopicPartition> partitions(KafkaConsumer<byte[], byte[]> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
