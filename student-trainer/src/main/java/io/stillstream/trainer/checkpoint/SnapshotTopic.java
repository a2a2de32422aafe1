package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.source.KafkaClients;
import io.stillstream.trainer.source.Transactions;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Publishes manifests on {@code student-snapshots}; publishing one twice leaves one record once the topic is compacted.
 *
 * <p>Each is sent in a transaction with this trainer's transactional id: when another trainer has taken the id, even on
 * another machine with a copy of the data directory, the brokers reject this one's.
 */
public final class SnapshotTopic {

    private final Transactions transactions;
    private final String topic;

    /** @param producer transactional; see {@link KafkaClients#transactionalProducer} */
    public SnapshotTopic(Producer<byte[], byte[]> producer, String topic) {
        this.transactions = new Transactions(producer);
        this.topic = topic;
    }

    /**
     * Takes the transactional id: a trainer that had it before can no longer publish. To be called once.
     *
     * @throws TrainerException when the brokers do not answer in time
     */
    public synchronized void begin() {
        try {
            transactions.begin();
        } catch (KafkaException e) {
            throw new TrainerException(
                    "the brokers did not start the transactional producer that publishes snapshots on " + topic + ": "
                            + AccessDenied.writing(e, KafkaClients.transactionalId(KafkaClients.SNAPSHOTS, "…")),
                    e);
        }
    }

    /**
     * Returns once the brokers have the record.
     *
     * @throws FencedException when another trainer has taken this one's id
     * @throws TrainerException when the brokers have not taken the record in time
     */
    public synchronized void publish(SnapshotManifest manifest) {
        var message = new ProducerRecord<>(
                topic, manifest.id().getBytes(StandardCharsets.UTF_8), SnapshotManifestCodec.encode(manifest));
        try {
            transactions.run(producer -> {
                var unused = producer.send(message);
            });
        } catch (ProducerFencedException e) {
            throw new FencedException(
                    "snapshot " + manifest.id() + " is not published on " + topic
                            + ": another trainer with a copy of this data"
                            + " directory has been started since; this one stops. Give one of them a directory of its own",
                    e);
        } catch (KafkaException e) {
            throw new TrainerException(
                    "snapshot " + manifest.id() + " is written, but " + topic + " did not take its record ("
                            + AccessDenied.writing(e)
                            + "); it is published with the next one, or when training starts again",
                    e);
        }
    }
}
