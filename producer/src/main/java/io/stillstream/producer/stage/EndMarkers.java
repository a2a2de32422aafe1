package io.stillstream.producer.stage;

import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.source.EndOfSource;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The markers that say of a source that it has ended, one for each partition of {@code prompts}. */
final class EndMarkers {

    private EndMarkers() {}

    /** To be sent after the source's last prompt, by the client that sent it: a partition keeps their order. */
    static List<ProducerRecord<byte[], byte[]>> of(String topic, int partitions, String source, Instant endedAt) {
        String id = UUID.randomUUID().toString();
        return IntStream.range(0, partitions)
                .mapToObj(partition ->
                        marker(topic, partition, new EndOfSource(id, source, partition, partitions, endedAt)))
                .toList();
    }

    private static ProducerRecord<byte[], byte[]> marker(String topic, int partition, EndOfSource end) {
        byte[] key = end.source().getBytes(StandardCharsets.UTF_8);
        var marker = new ProducerRecord<>(topic, partition, key, EndOfSourceCodec.encode(end));
        EndOfSource.headers().forEach(marker.headers()::add);
        return marker;
    }
}
