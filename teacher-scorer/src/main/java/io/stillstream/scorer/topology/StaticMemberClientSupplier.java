package io.stillstream.scorer.topology;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's clients, whose transactions bear the name of a {@link InstanceLock}.
 *
 * <p>Kafka Streams names transactions after its process, which it knows again only where a store is on disk. With an
 * in-memory buffer each start would be a stranger to the transaction that the one before left open, and all that it
 * covers would wait until it times out.
 */
final class StaticMemberClientSupplier implements KafkaClientSupplier {

    private final String applicationId;
    private final String seat;

    StaticMemberClientSupplier(String applicationId, String seat) {
        this.applicationId = applicationId;
        this.seat = seat;
    }

    /** The names that transactions of a process with so many stream threads have. */
    List<String> transactionalIds(int streamThreads) {
        return IntStream.rangeClosed(1, streamThreads)
                .mapToObj(thread -> prefix() + thread)
                .toList();
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Map<String, Object> seated = new HashMap<>(config);
        seated.computeIfPresent(ProducerConfig.TRANSACTIONAL_ID_CONFIG, (name, id) -> transactionalId((String) id));
        return new KafkaProducer<>(seated, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return getConsumer(config);
    }

    /** Kafka Streams' own is {@code application-process-thread}, with threads from 1. */
    String transactionalId(String givenByStreams) {
        return prefix() + givenByStreams.substring(givenByStreams.lastIndexOf('-') + 1);
    }

    private String prefix() {
        return applicationId + "-" + seat + "-";
    }
}
