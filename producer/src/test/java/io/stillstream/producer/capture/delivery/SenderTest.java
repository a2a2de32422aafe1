package io.stillstream.producer.capture.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reaches the broker when it refuses some of it, or cannot be reached at all. */
@Timeout(30)
class SenderTest {

    private final Telemetry telemetry =
            Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0, Duration.ofSeconds(5), 8), Stage.PRODUCER);
    private final MemoryBacklog backlog = new MemoryBacklog(1 << 20);
    private final List<String> accepted = new ArrayList<>();
    private int clients;

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void everything_isSentInOrder_andTheEndIsWaitedFor() throws InterruptedException {
        append(0, 100);

        run(() -> client(value -> null));

        assertThat(accepted).isEqualTo(values(0, 100));
        assertThat(backlog.records()).isZero();
        assertThat(count("stillstream.sent.prompts")).isEqualTo(100);
    }

    @Test
    void recordThatFails_andAllAfterIt_areSentAgainByAnotherClient() throws InterruptedException {
        append(0, 10);

        run(() -> client(value -> clients == 1 && value.equals("4") ? new TimeoutException("late") : null));

        assertThat(clients).isEqualTo(2);
        assertThat(accepted.subList(0, 4)).isEqualTo(values(0, 4));
        assertThat(accepted.subList(accepted.size() - 6, accepted.size())).isEqualTo(values(4, 10));
        assertThat(count("stillstream.capture.delivery.failures")).isEqualTo(1);
    }

    @Test
    void recordThatIsTooLarge_isGivenUpAlone() throws InterruptedException {
        append(0, 10);

        run(() -> client(value -> value.equals("4") ? new RecordTooLargeException("too large") : null));

        assertThat(accepted).hasSize(9).doesNotContain("4");
        assertThat(clients).isEqualTo(1);
        assertThat(telemetry
                        .registry()
                        .get("stillstream.capture.dropped")
                        .tag("reason", "record_too_large")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void clientThatCannotBeMade_isTriedAgain() throws InterruptedException {
        append(0, 3);

        run(() -> {
            if (++clients < 3) {
                throw new KafkaException("No resolvable bootstrap urls given in bootstrap.servers");
            }
            return client(value -> null);
        });

        assertThat(accepted).isEqualTo(values(0, 3));
    }

    @Test
    void letters_areCountedByTheirCode() throws InterruptedException {
        backlog.append(Outgoing.letter("dead-letters", utf8("x"), Map.of("h", utf8("v")), RejectionCode.INVALID_UTF8));

        run(() -> client(value -> null));

        assertThat(telemetry
                        .registry()
                        .get("stillstream.dead.letters")
                        .tag("reason", "invalid_utf8")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void silentBroker_endsWithTheTimeForTheStop() throws InterruptedException {
        append(0, 5);
        var sender =
                sender(() -> new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()));
        sender.stopWithin(Duration.ofMillis(300));

        sender.run();

        assertThat(backlog.records()).isEqualTo(5);
    }

    private void run(Supplier<Producer<byte[], byte[]>> producers) throws InterruptedException {
        Sender sender = sender(producers);
        sender.stopWithin(Duration.ofSeconds(20));
        sender.run();
    }

    private Sender sender(Supplier<Producer<byte[], byte[]>> producers) {
        return new Sender(backlog, producers, 1 << 20, telemetry.capture(), telemetry.producer());
    }

    /** Kafka's own stand-in of a client, which here refuses what it is told to. */
    private Producer<byte[], byte[]> client(Function<String, @Nullable RuntimeException> refuses) {
        clients++;
        return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
            @Override
            public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                var future = super.send(record, callback);
                String value = new String(record.value(), StandardCharsets.UTF_8);
                RuntimeException refusal = refuses.apply(value);
                if (refusal == null) {
                    accepted.add(value);
                    completeNext();
                } else {
                    errorNext(refusal);
                }
                return future;
            }
        };
    }

    private void append(int from, int to) {
        values(from, to).forEach(value -> backlog.append(Outgoing.prompt("prompts", utf8("key"), utf8(value), false)));
    }

    private static List<String> values(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private double count(String name) {
        return telemetry.registry().get(name).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
