package io.stillstream.trainer.source;

import io.stillstream.contract.DeadLetter;
import io.stillstream.contract.Rejection;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.TrainerException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sends records that cannot be trained on to {@code dead-letters}. A record that lay between the last trained one and a
 * crash is read again after it, and may then be sent a second time.
 */
public final class DeadLetters {

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final TrainerMeters meters;
    private final Queue<Failed> failed = new ConcurrentLinkedQueue<>();

    private record Failed(ProducerRecord<byte[], byte[]> copy, Exception reason) {}

    public DeadLetters(Producer<byte[], byte[]> producer, String topic, TrainerMeters meters) {
        this.producer = producer;
        this.topic = topic;
        this.meters = meters;
    }

    public void send(ConsumerRecord<byte[], byte[]> original, Rejection rejection) {
        var letter = new DeadLetter(
                Stage.TRAINER.label(), rejection, original.topic(), original.partition(), original.offset());
        var copy = new ProducerRecord<>(topic, original.key(), original.value());
        letter.headers().forEach(copy.headers()::add);
        send(copy);
        meters.recordDeadLetter(rejection.code());
    }

    /**
     * Waits until all that was sent has arrived: to be called before offsets beyond it are saved. What the brokers did not
     * take earlier is sent again: they may have been unavailable.
     *
     * @throws TrainerException when something has not arrived
     */
    public void flush() {
        producer.flush();
        for (int again = failed.size(); again > 0; again--) {
            send(failed.remove().copy());
        }
        producer.flush();
        Failed first = failed.peek();
        if (first != null) {
            throw new TrainerException(
                    "a rejected record could not be sent to " + topic + ": "
                            + first.reason().getMessage(),
                    first.reason());
        }
    }

    private void send(ProducerRecord<byte[], byte[]> copy) {
        var unused = producer.send(copy, (metadata, exception) -> {
            if (exception != null) {
                failed.add(new Failed(copy, exception));
            }
        });
    }
}
