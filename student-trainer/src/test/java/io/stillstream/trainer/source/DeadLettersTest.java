package io.stillstream.trainer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DeadLettersTest {

    private static final TopicPartition ONE = new TopicPartition("teacher-targets", 1);
    private static final ConsumerGroupMetadata GROUP = new MockConsumer<>("none").groupMetadata();

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void flush_afterTheBrokersWereAway_writesWhatTheyDidNotTakeOnce() {
        var producer = new LimitedProducer(Integer.MAX_VALUE);
        producer.failures = 2;
        DeadLetters letters = letters(producer, Map.of());
        letters.send(record(17, 3), rejection("not readable"));
        for (int failure = 0; failure < 2; failure++) {
            assertThatThrownBy(letters::flush)
                    .isInstanceOf(TrainerException.class)
                    .hasMessage("a rejected record could not be written to dead-letters: no broker");
        }
        letters.flush();
        letters.flush();
        assertThat(producer.history())
                .singleElement()
                .satisfies(letter -> assertThat(letter.value()).hasSize(3));
        assertThat(producer.consumerGroupOffsetsHistory())
                .containsExactly(Map.of(GROUP.groupId(), Map.of(ONE, new OffsetAndMetadata(18))));
    }

    @Test
    void send_beforeThePositionThatWasCommitted_isNotWrittenAgain() {
        var producer = new LimitedProducer(Integer.MAX_VALUE);
        DeadLetters letters = letters(producer, Map.of(ONE, 18L));
        for (int offset = 15; offset < 20; offset++) {
            letters.send(record(offset, 3), rejection("not readable"));
        }
        letters.flush();
        assertThat(offsets(producer)).containsExactly("18", "19");
    }

    /** A commit whose outcome is not known is asked for again; what it holds is not sent again. */
    @Test
    void flush_commitTimesOut_isCompletedAndNotRepeated() {
        var producer = new LimitedProducer(Integer.MAX_VALUE);
        DeadLetters letters = letters(producer, Map.of());
        letters.send(record(1, 3), rejection("not readable"));
        producer.commitTransactionException = new TimeoutException("no answer");
        assertThatThrownBy(letters::flush).hasMessageContaining("no answer");
        producer.commitTransactionException = null;
        letters.send(record(2, 3), rejection("not readable"));
        letters.flush();
        assertThat(offsets(producer)).containsExactly("1", "2");
    }

    @Test
    void flush_oneOfManyIsTooLarge_isCutAndTheOthersAreWhole() {
        var producer = new LimitedProducer(500);
        DeadLetters letters = letters(producer, Map.of());
        for (int offset = 0; offset < 7; offset++) {
            letters.send(record(offset, offset == 4 ? 900 : 100), rejection("not readable"));
        }
        letters.flush();
        assertThat(offsets(producer)).containsExactly("0", "1", "2", "3", "4", "5", "6");
        ProducerRecord<byte[], byte[]> cut = producer.history().get(4);
        assertThat(cut.value()).hasSizeBetween(250, 500);
        assertThat(header(cut, DeadLetter.ORIGINAL_BYTES)).isEqualTo("906");
        assertThat(header(cut, "trace")).isEqualTo("7");
        assertThat(producer.history())
                .filteredOn(letter -> letter.value().length == 100)
                .hasSize(6)
                .allSatisfy(letter -> {
                    assertThat(letter.headers().lastHeader(DeadLetter.ORIGINAL_BYTES))
                            .isNull();
                    assertThat(header(letter, "trace")).isEqualTo("7");
                });
    }

    @Test
    void flush_headersAreTooLarge_areLeftOut() {
        var producer = new LimitedProducer(500);
        DeadLetters letters = letters(producer, Map.of());
        ConsumerRecord<byte[], byte[]> record = record(3, 100);
        record.headers().add("large", new byte[9000]);
        letters.send(record, rejection("not readable"));
        letters.flush();
        ProducerRecord<byte[], byte[]> letter = producer.history().get(0);
        assertThat(letter.value()).hasSize(100);
        assertThat(letter.headers().lastHeader("trace")).isNull();
        assertThat(header(letter, DeadLetter.ORIGINAL_BYTES)).isEqualTo("9111");
    }

    @Test
    void flush_notEvenTheReasonIsTaken_saysWhichTopicIsTooSmall() {
        DeadLetters letters = letters(new LimitedProducer(10), Map.of());
        letters.send(record(3, 100), rejection("not readable"));
        assertThatThrownBy(letters::flush)
                .isInstanceOf(TrainerException.class)
                .hasMessage("dead-letters does not even take the headers that say why teacher-targets-1@3 was rejected;"
                        + " raise its max.message.bytes");
    }

    @Test
    void flush_anotherTrainerHasTheId_isFenced() {
        var producer = new LimitedProducer(Integer.MAX_VALUE);
        DeadLetters letters = letters(producer, Map.of());
        letters.send(record(1, 3), rejection("not readable"));
        producer.fenceProducer();
        assertThatThrownBy(letters::flush)
                .isInstanceOf(FencedException.class)
                .hasMessageStartingWith("rejected records are not written to dead-letters: another trainer");
    }

    private DeadLetters letters(LimitedProducer producer, Map<TopicPartition, Long> committed) {
        var letters = new DeadLetters(producer, "dead-letters", telemetry.trainer());
        letters.begin("letters", Set.of(ONE), (group, partitions) -> new DeadLetters.Position(GROUP, committed));
        return letters;
    }

    private static Rejection rejection(String detail) {
        return new Rejection(RejectionCode.UNREADABLE_RECORD, detail);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, int bytes) {
        var record = new ConsumerRecord<>(ONE.topic(), ONE.partition(), offset, new byte[0], new byte[bytes]);
        record.headers().add("trace", "7".getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private static List<String> offsets(LimitedProducer producer) {
        return producer.history().stream()
                .map(letter -> header(letter, "stillstream.offset"))
                .toList();
    }

    private static String header(ProducerRecord<byte[], byte[]> letter, String name) {
        return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** Does not take the first records that it is given, nor any that is too large, as a real one does. */
    private static final class LimitedProducer extends MockProducer<byte[], byte[]> {

        private final int mostBytes;
        private int failures;

        LimitedProducer(int mostBytes) {
            super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
            this.mostBytes = mostBytes;
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (failures > 0) {
                failures--;
                return failed(callback, new TimeoutException("no broker"));
            }
            int size = record.value().length
                    + Arrays.stream(record.headers().toArray())
                            .filter(header -> !header.key().startsWith("stillstream."))
                            .mapToInt(header -> Objects.requireNonNull(header.value()).length)
                            .sum();
            if (mostBytes < 100 || size > mostBytes) {
                return failed(callback, new RecordTooLargeException(size + " bytes"));
            }
            return super.send(record, callback);
        }

        private static Future<RecordMetadata> failed(Callback callback, KafkaException failure) {
            callback.onCompletion(null, failure);
            return CompletableFuture.failedFuture(failure);
        }
    }
}
