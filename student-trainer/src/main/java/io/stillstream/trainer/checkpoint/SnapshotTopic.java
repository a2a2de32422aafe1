package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.source.KafkaClients;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes manifests on {@code student-snapshots}; publishing one twice leaves one record once the topic is compacted.
 *
 * <p>Each is sent in a transaction with this trainer's transactional id: when another trainer has taken the id, even on
 * another machine with a copy of the data directory, the brokers reject this one's.
 */
public final class SnapshotTopic {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTopic.class);

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private Progress progress = Progress.NOT_BEGUN;

    /** A commit that timed out is requested again; a transaction that failed before that is aborted. */
    private enum Progress {
        NOT_BEGUN,
        IDLE,
        SENDING,
        COMMITTING
    }

    /** @param producer transactional; see {@link KafkaClients#snapshotProducer} */
    public SnapshotTopic(Producer<byte[], byte[]> producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    /**
     * Takes the transactional id: a trainer that had it before can no longer publish. To be called once.
     *
     * @throws TrainerException when the brokers do not answer in time
     */
    public synchronized void begin() {
        try {
            producer.initTransactions();
            progress = Progress.IDLE;
        } catch (KafkaException e) {
            throw new TrainerException(
                    "the brokers did not start the transactional producer that publishes snapshots on " + topic + ": "
                            + e.getMessage(),
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
        if (progress == Progress.NOT_BEGUN) {
            throw new IllegalStateException("nothing can be published before the transactional id is taken");
        }
        try {
            finishPrevious();
            producer.beginTransaction();
            progress = Progress.SENDING;
            var unused = producer.send(new ProducerRecord<>(
                    topic, manifest.id().getBytes(StandardCharsets.UTF_8), SnapshotManifestCodec.encode(manifest)));
            commit();
        } catch (ProducerFencedException e) {
            throw fenced(manifest, e);
        } catch (InvalidProducerEpochException e) {
            abort(manifest);
            throw notTaken(manifest, e);
        } catch (KafkaException e) {
            throw notTaken(manifest, e);
        }
    }

    /** The transaction took longer than the brokers allow, or another trainer has the id: aborting it shows which. */
    private void abort(SnapshotManifest manifest) {
        progress = Progress.SENDING;
        try {
            finishPrevious();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw fenced(manifest, e);
        } catch (KafkaException e) {
            LOG.debug("the transaction is aborted later", e);
        }
    }

    private FencedException fenced(SnapshotManifest manifest, KafkaException cause) {
        return new FencedException(
                "snapshot " + manifest.id() + " is not published on " + topic
                        + ": another trainer with a copy of this data"
                        + " directory has been started since; this one stops. Give one of them a directory of its own",
                cause);
    }

    private TrainerException notTaken(SnapshotManifest manifest, KafkaException cause) {
        return new TrainerException(
                "snapshot " + manifest.id() + " is written, but " + topic + " did not take its record ("
                        + cause.getMessage() + "); it is published with the next one, or when training starts again",
                cause);
    }

    private void finishPrevious() {
        if (progress == Progress.COMMITTING) {
            commit();
        } else if (progress == Progress.SENDING) {
            producer.abortTransaction();
            progress = Progress.IDLE;
        }
    }

    private void commit() {
        progress = Progress.COMMITTING;
        try {
            producer.commitTransaction();
            progress = Progress.IDLE;
        } catch (TimeoutException e) {
            throw e;
        } catch (KafkaException e) {
            progress = Progress.SENDING;
            throw e;
        }
    }
}
