package io.stillstream.pipeline.broker;

import io.stillstream.monitoring.broker.ReadPatience;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is committed on a topic, from a time or an offset to its end at the start of reading. A read that nothing comes of fails
 * with Kafka's {@code TimeoutException}. For one thread.
 */
public final class TopicReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    public TopicReader(Map<String, Object> kafka) {
        this.consumer = consumer(kafka);
    }

    /** A consumer of what is committed, without a group and without partitions yet. */
    public static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> kafka) {
        Map<String, Object> properties = new HashMap<>(kafka);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The partitions of the topic; none where there is no such topic. */
    public List<TopicPartition> partitions(String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    /** @param since the time of the first record; null for all records */
    public void read(String topic, @Nullable Instant since, Consumer<ConsumerRecord<byte[], byte[]>> records) {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, Long> begins = new HashMap<>(consumer.beginningOffsets(partitions));
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        if (since != null) {
            Map<TopicPartition, Long> times = new HashMap<>();
            partitions.forEach(partition -> times.put(partition, since.toEpochMilli()));
            consumer.offsetsForTimes(times)
                    .forEach((partition, found) -> begins.put(partition, offset(found, ends.get(partition))));
        }
        read(topic, begins, ends, records);
    }

    /**
     * Reads a stretch of each partition: what of it is gone, or not there yet, is left out.
     *
     * @param from the first offset of each partition
     * @param until the offset after the last of each
     * @return for each partition the offset to go on from
     */
    public Map<TopicPartition, Long> readRange(
            String topic,
            ToLongFunction<TopicPartition> from,
            ToLongFunction<TopicPartition> until,
            Consumer<ConsumerRecord<byte[], byte[]>> records) {
        List<TopicPartition> partitions = partitions(topic);
        Map<TopicPartition, Long> begins = new HashMap<>(consumer.beginningOffsets(partitions));
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
        begins.replaceAll((partition, begin) -> Math.max(begin, from.applyAsLong(partition)));
        ends.replaceAll((partition, end) -> Math.min(end, until.applyAsLong(partition)));
        Map<TopicPartition, Long> next = new HashMap<>(begins);
        ends.forEach((partition, end) -> next.merge(partition, end, Math::max));
        begins.entrySet().removeIf(begin -> begin.getValue() >= ends.getOrDefault(begin.getKey(), 0L));
        ends.keySet().retainAll(begins.keySet());
        if (!begins.isEmpty()) {
            read(topic, begins, ends, records);
        }
        return next;
    }

    private static @Nullable Long offset(@Nullable OffsetAndTimestamp found, @Nullable Long end) {
        return found == null ? end : Long.valueOf(found.offset());
    }

    /** @param ends exclusive */
    private void read(
            String topic,
            Map<TopicPartition, Long> begins,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> records) {
        consumer.assign(begins.keySet());
        begins.forEach(consumer::seek);
        var patience = new ReadPatience("the topic " + topic, PATIENCE);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                Long end = ends.get(new TopicPartition(record.topic(), record.partition()));
                if (end != null && record.offset() < end) {
                    records.accept(record);
                }
            }
            patience.at(begins.keySet().stream().mapToLong(consumer::position).sum());
        }
    }

    /** The record with that offset, and no other. */
    public void readOne(TopicPartition partition, long offset, Consumer<ConsumerRecord<byte[], byte[]>> records) {
        Long begin = consumer.beginningOffsets(List.of(partition)).get(partition);
        Long end = consumer.endOffsets(List.of(partition)).get(partition);
        if (begin != null && end != null && begin <= offset && offset < end) {
            read(partition.topic(), Map.of(partition, offset), Map.of(partition, offset + 1), records);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
