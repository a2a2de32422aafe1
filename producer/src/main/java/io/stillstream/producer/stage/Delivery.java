package io.stillstream.producer.stage;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.DeadLetter;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.Rejection;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.Split;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.monitoring.ProducerMeters;
import io.stillstream.monitoring.Stage;
import io.stillstream.producer.ProducerException;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.source.Line;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Sends prompts and dead letters to the broker and counts those that it acknowledged. After the first failed delivery every
 * call throws, so that nothing is skipped. Only a prompt that the broker finds too large becomes a dead letter instead.
 */
final class Delivery {

    private static final String ORIGINAL_BYTES = "stillstream.original-bytes";
    private static final String KEPT_BYTES = "stillstream.kept-bytes";

    /** A source has no partitions. */
    private static final int NO_PARTITION = -1;

    private final Producer<byte[], byte[]> producer;
    private final Topics topics;
    private final String bootstrapServers;
    private final Duration timeout;
    private final ProducerMeters meters;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong heldOut = new AtomicLong();
    private final AtomicLong deadLetters = new AtomicLong();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final Queue<Oversized> oversized = new ConcurrentLinkedQueue<>();

    Delivery(
            Producer<byte[], byte[]> producer,
            Topics topics,
            String bootstrapServers,
            Duration timeout,
            ProducerMeters meters) {
        this.producer = producer;
        this.topics = topics;
        this.bootstrapServers = bootstrapServers;
        this.timeout = timeout;
        this.meters = meters;
    }

    /** Fails when there is no broker, before any traffic is read. */
    void connect() {
        partitions();
    }

    /** @return false when the prompt cannot be encoded and was rejected */
    boolean send(Prompt prompt, String source, Line line) {
        rejectOversized();
        byte[] value;
        try {
            value = PromptCodec.encode(prompt);
        } catch (ContractException e) {
            reject(source, line, new Rejection(RejectionCode.INVALID_PROMPT, String.valueOf(e.getMessage())));
            return false;
        }
        long start = System.nanoTime();
        boolean held = prompt.split() == Split.HELD_OUT;
        var message = new ProducerRecord<>(topics.prompts(), utf8(prompt.conversationId()), value);
        post(message, thrown -> {
            if (thrown instanceof RecordTooLargeException) {
                oversized.add(new Oversized(source, line, value.length));
            } else if (thrown != null) {
                meters.recordSendFailure();
                failure.compareAndSet(null, thrown);
            } else {
                sent.incrementAndGet();
                if (held) {
                    heldOut.incrementAndGet();
                }
                meters.recordSent(held, Duration.ofNanos(System.nanoTime() - start));
            }
        });
        return true;
    }

    /** Sends the line to the dead letters. */
    void reject(String source, Line line, Rejection rejection) {
        var letter = new DeadLetter(Stage.PRODUCER.label(), rejection, source, NO_PARTITION, line.number());
        var message = new ProducerRecord<byte[], byte[]>(topics.deadLetters(), null, line.bytes());
        letter.headers().forEach(message.headers()::add);
        if (line.truncated()) {
            message.headers().add(ORIGINAL_BYTES, utf8(Long.toString(line.length())));
            message.headers().add(KEPT_BYTES, utf8(Integer.toString(line.bytes().length)));
        }
        post(message, thrown -> {
            if (thrown != null) {
                meters.recordSendFailure();
                failure.compareAndSet(null, thrown);
            } else {
                deadLetters.incrementAndGet();
                meters.recordDeadLetter(rejection.code());
            }
        });
    }

    /** Tells every partition of {@code prompts} that the source has ended, behind what was sent to it. */
    void sendEnd(String source, Instant endedAt) {
        rejectOversized();
        for (ProducerRecord<byte[], byte[]> marker : EndMarkers.of(topics.prompts(), partitions(), source, endedAt)) {
            post(marker, thrown -> {
                if (thrown != null) {
                    meters.recordSendFailure();
                    failure.compareAndSet(null, thrown);
                }
            });
        }
    }

    /** Returns once the broker has acknowledged everything. */
    void flush() {
        producer.flush();
        throwOnFailure();
        if (rejectOversized()) {
            producer.flush();
            throwOnFailure();
        }
    }

    ProducerReport report(boolean stopped) {
        return new ProducerReport(sent.get(), heldOut.get(), deadLetters.get(), stopped);
    }

    private int partitions() {
        try {
            return producer.partitionsFor(topics.prompts()).size();
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw undelivered(e);
        }
    }

    private void post(ProducerRecord<byte[], byte[]> message, Consumer<Exception> answered) {
        throwOnFailure();
        try {
            var unused = producer.send(message, (metadata, thrown) -> answered.accept(thrown));
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            throw undelivered(e);
        }
    }

    /** Called on the sending thread: the client's own thread, on which acknowledgements come, must not wait for a send. */
    private boolean rejectOversized() {
        boolean any = false;
        Oversized next;
        while ((next = oversized.poll()) != null) {
            any = true;
            reject(
                    next.source,
                    next.line.truncate(),
                    new Rejection(
                            RejectionCode.LINE_TOO_LONG,
                            "the broker does not take a prompt of " + next.bytes
                                    + " bytes; raise its message.max.bytes or lower traffic.max-line-bytes"));
        }
        return any;
    }

    private void throwOnFailure() {
        Exception thrown = failure.get();
        if (thrown != null) {
            throw undelivered(thrown);
        }
    }

    private ProducerException undelivered(Exception cause) {
        return new ProducerException(
                "the broker at " + bootstrapServers + " did not take what was sent within " + timeout.toSeconds()
                        + " s (" + cause.getMessage()
                        + "): check that it runs, that kafka.bootstrap-servers names it and that the topic exists",
                cause);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private record Oversized(String source, Line line, int bytes) {}
}
