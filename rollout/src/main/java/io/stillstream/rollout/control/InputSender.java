package io.stillstream.rollout.control;

import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.codec.RolloutInputCodec;
import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.rollout.RolloutException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/** Tells the rollout's controller what somebody wants, or saw. */
public final class InputSender implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;
    private final String topic;

    /** @param kafka client properties, {@code bootstrap.servers} among them */
    public InputSender(Map<String, Object> kafka, String topic) {
        this.producer = new RolloutClients(kafka).producer();
        this.topic = topic;
    }

    /**
     * Returns once the brokers have it.
     *
     * @throws RolloutException when they have not taken it in time
     */
    public void send(RolloutInput input) {
        try {
            var unused = producer.send(new ProducerRecord<>(topic, 0, null, RolloutInputCodec.encode(input)))
                    .get();
        } catch (ExecutionException | KafkaException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new RolloutException(topic + " did not take the command: " + AccessDenied.writing(reason), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RolloutException("interrupted while a command was sent to " + topic, e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
