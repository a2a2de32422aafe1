package io.stillstream.bench.fault.producer;

import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.source.EndOfSource;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts numbered lines as they arrive as prompts on the one partition of a topic. For one thread. */
final class LineArrivals implements AutoCloseable {

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private final int[] times;
    private int different;
    private int duplicated;
    private int disordered;
    private final int[] highest;

    /** @param isolation {@code read_committed}, or {@code read_uncommitted} */
    LineArrivals(String bootstrapServers, String topic, String isolation, ProducerChaosOptions options) {
        times = new int[options.lines()];
        highest = new int[options.files()];
        partition = new TopicPartition(topic, 0);
        consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
    }

    static String id(int line) {
        return "line-" + line;
    }

    /** Different lines that have arrived. */
    int read(Duration patience) {
        consumer.poll(patience).forEach(this::add);
        return different;
    }

    /** Reads to where the topic ends now. */
    void readToEnd() {
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        while (consumer.position(partition) < end) {
            read(Duration.ofMillis(100));
        }
    }

    int different() {
        return different;
    }

    int duplicated() {
        return duplicated;
    }

    int disordered() {
        return disordered;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void add(ConsumerRecord<byte[], byte[]> found) {
        if (found.headers().lastHeader(EndOfSource.HEADER) != null) {
            return;
        }
        String id = PromptCodec.decode(found.value()).id();
        int line = Integer.parseInt(id.substring(id.indexOf('-') + 1));
        if (times[line]++ > 0) {
            duplicated++;
            return;
        }
        different++;
        int file = line % highest.length;
        disordered += line < highest[file] ? 1 : 0;
        highest[file] = Math.max(highest[file], line);
    }
}
