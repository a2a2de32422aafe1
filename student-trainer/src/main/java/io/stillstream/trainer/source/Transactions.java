package io.stillstream.trainer.source;

import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Kafka transaction after the other with the transactional id of a data directory: when another trainer has taken the
 * id, even on another machine with a copy of the directory, the brokers reject this one's. For one thread at a time.
 */
public final class Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final Producer<byte[], byte[]> producer;
    private Progress progress = Progress.NOT_BEGUN;

    /** A commit that timed out is requested again; a transaction that failed before that is aborted. */
    private enum Progress {
        NOT_BEGUN,
        IDLE,
        SENDING,
        COMMITTING
    }

    /** @param producer transactional; see {@link KafkaClients#transactionalProducer} */
    public Transactions(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /**
     * Takes the transactional id, and ends what its last owner left open: a trainer that had the id before can send nothing
     * more. To be called once.
     */
    public void begin() {
        producer.initTransactions();
        progress = Progress.IDLE;
    }

    /**
     * Sends in a transaction, and returns once the brokers have completed it. One that an earlier call left is ended before.
     *
     * @param sending sends to the producer that it is given; what it throws ends the transaction
     * @throws ProducerFencedException when another trainer has taken the id
     */
    public void run(Consumer<Producer<byte[], byte[]>> sending) {
        if (progress == Progress.NOT_BEGUN) {
            throw new IllegalStateException("nothing can be sent before the transactional id is taken");
        }
        try {
            boolean unused = settle();
            producer.beginTransaction();
            progress = Progress.SENDING;
            sending.accept(producer);
            commit();
        } catch (InvalidProducerEpochException e) {
            abort(e);
            throw e;
        }
    }

    /**
     * Ends the transaction that an earlier call may have left, whose outcome its caller does not know.
     *
     * @return whether it was completed, and not aborted
     */
    public boolean settle() {
        if (progress == Progress.COMMITTING) {
            commit();
            return true;
        }
        if (progress == Progress.SENDING) {
            producer.abortTransaction();
            progress = Progress.IDLE;
        }
        return false;
    }

    /** The transaction took longer than the brokers allow, or another trainer has the id: aborting it shows which. */
    private void abort(InvalidProducerEpochException reason) {
        progress = Progress.SENDING;
        try {
            boolean unused = settle();
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            reason.addSuppressed(e);
            throw new ProducerFencedException(String.valueOf(reason.getMessage()));
        } catch (KafkaException e) {
            LOG.debug("the transaction is aborted later", e);
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
