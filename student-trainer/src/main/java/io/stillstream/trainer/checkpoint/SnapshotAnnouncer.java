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
 * Tells {@code student-snapshots} of a snapshot; telling it twice leaves one record once the topic is compacted.
 *
 * <p>It is told in a transaction of this trainer's id: when another trainer has taken up the id, be it on another machine
 * with a copy of the data directory, the brokers refuse this one's.
 */
public final class SnapshotAnnouncer {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotAnnouncer.class);

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private Progress progress = Progress.NOT_BEGUN;

    /** A commit that timed out has to be asked for again; a transaction that got no further is given up. */
    private enum Progress {
        NOT_BEGUN,
        IDLE,
        SENDING,
        COMMITTING
    }

    /** @param producer transactional; see {@link KafkaClients#announcer} */
    public SnapshotAnnouncer(Producer<byte[], byte[]> producer, String topic) {
        this.producer = producer;
        this.topic = topic;
    }

    /**
     * Takes up the trainer's id: whoever had it before is kept from announcing. To be called once.
     *
     * @throws TrainerException when the brokers do not grant it in time
     */
    public synchronized void begin() {
        try {
            producer.initTransactions();
            progress = Progress.IDLE;
        } catch (KafkaException e) {
            throw new TrainerException(
                    "the brokers did not grant the transactions in which snapshots are announced on " + topic + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * Returns once the brokers have the record.
     *
     * @throws FencedException when another trainer has taken up this one's id
     * @throws TrainerException when the brokers have not taken the record in time
     */
    public synchronized void announce(SnapshotManifest manifest) {
        if (progress == Progress.NOT_BEGUN) {
            throw new IllegalStateException("nothing can be announced before the id is taken up");
        }
        try {
            finishTheLast();
            producer.beginTransaction();
            progress = Progress.SENDING;
            var unused = producer.send(new ProducerRecord<>(
                    topic, manifest.id().getBytes(StandardCharsets.UTF_8), SnapshotManifestCodec.encode(manifest)));
            commit();
        } catch (ProducerFencedException e) {
            throw fenced(manifest, e);
        } catch (InvalidProducerEpochException e) {
            giveUp(manifest);
            throw notTaken(manifest, e);
        } catch (KafkaException e) {
            throw notTaken(manifest, e);
        }
    }

    /** The transaction took longer than the brokers allow, or another trainer has the id: giving it up tells which. */
    private void giveUp(SnapshotManifest manifest) {
        progress = Progress.SENDING;
        try {
            finishTheLast();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            throw fenced(manifest, e);
        } catch (KafkaException e) {
            LOG.debug("the transaction is given up later", e);
        }
    }

    private FencedException fenced(SnapshotManifest manifest, KafkaException cause) {
        return new FencedException(
                "snapshot " + manifest.id() + " is not announced on " + topic
                        + ": another trainer with a copy of this data"
                        + " directory has been started since; this one stops. Give one of them a directory of its own",
                cause);
    }

    private TrainerException notTaken(SnapshotManifest manifest, KafkaException cause) {
        return new TrainerException(
                "snapshot " + manifest.id() + " is written, but " + topic + " did not take its record ("
                        + cause.getMessage() + "); it is announced with the next one, or when training starts again",
                cause);
    }

    private void finishTheLast() {
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
