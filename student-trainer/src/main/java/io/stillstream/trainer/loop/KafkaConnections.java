package io.stillstream.trainer.loop;

import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.KafkaClients;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The trainer's connections to Kafka.
 *
 * @param consumer of {@code teacher-targets}; see {@link KafkaClients#consumer}
 * @param letterProducer of dead letters, for the id of a data directory; see {@link KafkaClients#transactionalProducer}
 * @param letterPositions see {@link KafkaClients#committed}
 * @param snapshotProducer for the id of a data directory; see {@link KafkaClients#transactionalProducer}
 * @param topicId of an existing topic; see {@link KafkaClients#topicId}
 * @param servers for messages
 */
record KafkaConnections(
        Consumer<byte[], byte[]> consumer,
        Function<String, Producer<byte[], byte[]>> letterProducer,
        DeadLetters.Positions letterPositions,
        Function<String, Producer<byte[], byte[]>> snapshotProducer,
        UnaryOperator<String> topicId,
        String servers) {

    /**
     * @param kafka client properties: {@code bootstrap.servers} and what else the user sets
     * @param patience how long to wait for a broker's answer
     * @param resources closes the clients
     */
    static KafkaConnections open(Map<String, ?> kafka, Duration patience, Telemetry telemetry, Closer resources) {
        Consumer<byte[], byte[]> consumer = resources.add(KafkaClients.consumer(kafka));
        resources.add(telemetry.bindKafka(Stage.TRAINER, consumer));
        Admin admin = resources.add(KafkaClients.admin(kafka));
        return new KafkaConnections(
                consumer,
                id -> {
                    Producer<byte[], byte[]> producer =
                            resources.add(KafkaClients.transactionalProducer(kafka, "letters", id));
                    resources.add(telemetry.bindKafka(Stage.TRAINER, producer));
                    return producer;
                },
                (group, partitions) -> KafkaClients.committed(kafka, group, partitions, patience),
                id -> resources.add(KafkaClients.transactionalProducer(kafka, "snapshots", id)),
                topic -> KafkaClients.topicId(admin, topic, patience),
                String.valueOf(kafka.get("bootstrap.servers")));
    }
}
