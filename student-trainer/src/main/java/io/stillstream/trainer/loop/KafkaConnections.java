package io.stillstream.trainer.loop;

import io.stillstream.contract.Topics;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.trainer.rewind.ControlTopic;
import io.stillstream.trainer.rewind.RewindOrders;
import io.stillstream.trainer.rewind.TargetsStretch;
import io.stillstream.trainer.rewind.TargetsTopic;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.KafkaClients;
import java.time.Duration;
import java.util.Map;
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
 * @param orders what takes training back; see {@link io.stillstream.trainer.rewind.ControlTopic}
 * @param targets {@code teacher-targets}, to be read again
 * @param servers for messages
 */
record KafkaConnections(
        Consumer<byte[], byte[]> consumer,
        ProducerFactory letterProducer,
        DeadLetters.Positions letterPositions,
        ProducerFactory snapshotProducer,
        UnaryOperator<String> topicId,
        RewindOrders orders,
        TargetsStretch targets,
        String servers) {

    /** Makes a producer for the trainer of a data directory; of two with one id the brokers fence the older. */
    interface ProducerFactory {

        /** @param resources closes it */
        Producer<byte[], byte[]> open(String trainer, Closer resources);
    }

    /**
     * @param kafka client properties: {@code bootstrap.servers} and what else the user sets
     * @param patience how long to wait for a broker's answer
     * @param resources closes the clients
     */
    static KafkaConnections open(
            Map<String, ?> kafka, Topics topics, Duration patience, Telemetry telemetry, Closer resources) {
        Consumer<byte[], byte[]> consumer = resources.add(KafkaClients.consumer(kafka));
        resources.add(telemetry.bindKafka(Stage.TRAINER, consumer));
        Admin admin = resources.add(KafkaClients.admin(kafka));
        return new KafkaConnections(
                consumer,
                (id, branch) -> {
                    Producer<byte[], byte[]> producer =
                            branch.add(KafkaClients.transactionalProducer(kafka, KafkaClients.LETTERS, id));
                    branch.add(telemetry.bindKafka(Stage.TRAINER, producer));
                    return producer;
                },
                (group, partitions) -> KafkaClients.committed(kafka, group, partitions, patience),
                (id, branch) -> branch.add(KafkaClients.transactionalProducer(kafka, KafkaClients.SNAPSHOTS, id)),
                topic -> KafkaClients.topicId(admin, topic, patience),
                new ControlTopic(kafka, topics.trainingControl(), telemetry.trainer()),
                new TargetsTopic(kafka, topics.teacherTargets(), patience),
                String.valueOf(kafka.get("bootstrap.servers")));
    }
}
