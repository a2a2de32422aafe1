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
 * Kafka's clients, with transactional ids that hold the name of an {@link InstanceLock}.
 *
 * <p>Kafka Streams names transactions after its process, whose id it keeps only where a store is on disk. With an
 * in-memory buffer each start would have new ids, and the transaction that the process before it left open would have to time
 * out.
 */
final class StaticMemberClientSupplier implements KafkaClientSupplier {

    private final String applicationId;
    private final String instanceName;

    StaticMemberClientSupplier(String applicationId, String instanceName) {
        this.applicationId = applicationId;
        this.instanceName = instanceName;
    }

    /** The transactional ids of a process with so many stream threads. */
    List<String> transactionalIds(int streamThreads) {
        return IntStream.rangeClosed(1, streamThreads)
                .mapToObj(thread -> prefix() + thread)
                .toList();
    }

    /** The names of the group's members of such a process, as Kafka Streams makes them. */
    List<String> memberNames(int streamThreads) {
        return IntStream.rangeClosed(1, streamThreads)
                .mapToObj(thread -> instanceName + "-" + thread)
                .toList();
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Map<String, Object> named = new HashMap<>(config);
        named.computeIfPresent(ProducerConfig.TRANSACTIONAL_ID_CONFIG, (name, id) -> transactionalId((String) id));
        return new KafkaProducer<>(named, new ByteArraySerializer(), new ByteArraySerializer());
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
        return applicationId + "-" + instanceName + "-";
    }
}
