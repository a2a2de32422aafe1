package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rewind.RewindKeys;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rollout.ControllerHeartbeat;
import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutKeys;
import io.stillstream.contract.rollout.codec.ControllerHeartbeatCodec;
import io.stillstream.contract.rollout.codec.RewindOrderCodec;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.contract.rollout.codec.RolloutDeliveryCodec;
import io.stillstream.contract.rollout.codec.RolloutStateCodec;
import io.stillstream.rollout.FencedException;
import io.stillstream.rollout.state.Decided;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code student-rollout} in transactions with the topic's one transactional id, so that a controller which another one
 * has replaced can write nothing more. After any other failure it is unknown whether the transaction was completed: the
 * controller then begins anew with what the topic holds.
 */
final class RolloutWriter implements AutoCloseable {

    /** What is sent then is of a transaction that fails anyway. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final String trainingControl;

    /** @param producer transactional; see {@link RolloutClients#transactionalProducer} */
    RolloutWriter(Producer<byte[], byte[]> producer, Topics topics) {
        this.producer = producer;
        this.topic = topics.studentRollout();
        this.trainingControl = topics.trainingControl();
    }

    /** Takes the transactional id, and ends what its last owner left open. To be called once, before anything is read. */
    void begin() {
        producer.initTransactions();
    }

    /**
     * Writes a decision, the state that names it, what is to be delivered because of it, and what the trainer is told: all of it
     * or nothing.
     *
     * @param rewind null where the trainer is told nothing
     */
    void write(Decided decided, List<RolloutDelivery> deliveries, @Nullable RewindOrder rewind) {
        write(records(decided, deliveries), rewind);
    }

    /** What a decision is written as, by key. */
    static Map<String, byte @Nullable []> records(Decided decided, List<RolloutDelivery> deliveries) {
        Map<String, byte @Nullable []> records = new LinkedHashMap<>();
        records.put(RolloutKeys.decision(decided.decision().number()), RolloutDecisionCodec.encode(decided.decision()));
        deliveries.forEach(delivery -> records.put(RolloutKeys.of(delivery), RolloutDeliveryCodec.encode(delivery)));
        records.put(RolloutKeys.STATE, RolloutStateCodec.encode(decided.state()));
        return records;
    }

    /** Writes records in the place of others that could not be read; null removes one. */
    void repaired(Map<String, byte @Nullable []> records) {
        write(records);
    }

    /** Removes what was delivered from what is still to be. */
    void delivered(List<RolloutDelivery> deliveries) {
        Map<String, byte @Nullable []> records = new LinkedHashMap<>();
        deliveries.forEach(delivery -> records.put(RolloutKeys.of(delivery), null));
        write(records);
    }

    /** Shows that the controller runs, and whether it still is the one. */
    void write(ControllerHeartbeat heartbeat) {
        Map<String, byte @Nullable []> records = new LinkedHashMap<>();
        records.put(RolloutKeys.CONTROLLER, ControllerHeartbeatCodec.encode(heartbeat));
        write(records);
    }

    private void write(Map<String, byte @Nullable []> records) {
        write(records, null);
    }

    /**
     * @throws FencedException when another controller has taken the id
     * @throws KafkaException when the brokers did not complete it in time
     */
    private void write(Map<String, byte @Nullable []> records, @Nullable RewindOrder rewind) {
        try {
            producer.beginTransaction();
            records.forEach((key, value) -> {
                var unused = producer.send(new ProducerRecord<>(topic, 0, RolloutKeys.bytes(key), value));
            });
            if (rewind != null) {
                var unused = producer.send(new ProducerRecord<>(
                        trainingControl, 0, RewindKeys.bytes(RewindKeys.of(rewind)), RewindOrderCodec.encode(rewind)));
            }
            producer.commitTransaction();
        } catch (ProducerFencedException e) {
            throw new FencedException(topic);
        } catch (InvalidProducerEpochException e) {
            // The transaction took longer than the brokers allow, or another controller has the id: this shows which.
            try {
                producer.abortTransaction();
            } catch (ProducerFencedException | InvalidProducerEpochException again) {
                throw new FencedException(topic);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        producer.close(CLOSING);
    }
}
