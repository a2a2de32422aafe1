package io.stillstream.trainer.source;

import io.stillstream.contract.DeadLetter;
import io.stillstream.contract.Rejection;
import io.stillstream.contract.RejectionCode;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.TrainerMeters;
import io.stillstream.trainer.TrainerException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Where records go that cannot be trained on. A record that lay between the last trained one and a crash is read again
 * after it, and may then be set aside a second time.
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

    /** @param reason a sentence for people; no prompt text */
    public void send(ConsumerRecord<byte[], byte[]> original, RejectionCode kind, String reason) {
        var letter = new DeadLetter(
                Stage.TRAINER.label(),
                new Rejection(kind, reason),
                original.topic(),
                original.partition(),
                original.offset());
        var copy = new ProducerRecord<>(topic, original.key(), original.value());
        letter.headers().forEach(copy.headers()::add);
        send(copy);
        meters.recordDeadLetter(kind);
    }

    /**
     * Waits until all that was sent has arrived: to be called before offsets are remembered that pass over it. What the
     * brokers did not take earlier is sent again: they may have been away.
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
                    "a record could not be set aside on " + topic + ": "
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
