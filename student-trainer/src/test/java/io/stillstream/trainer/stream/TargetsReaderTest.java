package io.stillstream.trainer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.DeadLetter;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.trainer.Samples;
import io.stillstream.trainer.TrainerException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TargetsReaderTest {

    private static final TopicPartition ZERO = new TopicPartition(Samples.TOPIC, 0);
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
    private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    private final MockProducer<byte[], byte[]> producer =
            new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    private final TargetsReader reader = new TargetsReader(
            consumer, Samples.TOPIC, "broker:9092", new DeadLetters(producer, "dead-letters", telemetry.trainer()));

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void next_unreadableRecord_isSetAsideAndTheStreamGoesOn() {
        topic(0, 5);
        assertThat(reader.open(StreamPosition.beginning(), PATIENCE, () -> false))
                .isTrue();
        byte[] nonsense = Samples.utf8("not protobuf at all");
        consumer.addRecord(new ConsumerRecord<>(Samples.TOPIC, 0, 0, Samples.utf8("k"), nonsense));
        consumer.addRecord(new ConsumerRecord<>(Samples.TOPIC, 0, 1, null, null));
        // 2 and 3 are transaction markers.
        consumer.addRecord(Samples.raw(4, Samples.targets("a", "b")));
        List<Long> offsets = new ArrayList<>();
        Optional<TargetsRecord> next = reader.next(PATIENCE);
        while (next.isPresent()) {
            offsets.add(next.get().offset());
            next = reader.next(PATIENCE);
        }
        assertThat(offsets).containsExactly(4L);
        assertThat(producer.history()).hasSize(2);
        assertThat(producer.history().get(0).value()).isEqualTo(nonsense);
        DeadLetter letter = letter(producer.history().get(0));
        assertThat(letter.stage()).isEqualTo("student-trainer");
        assertThat(letter.topic()).isEqualTo(Samples.TOPIC);
        assertThat(letter.offset()).isZero();
        assertThat(telemetry.progress().deadLetters()).isEqualTo(2);
        assertThat(reader.position(List.of()).offsets()).containsEntry(ZERO, 5L);
    }

    @Test
    void position_recordsWait_isTheFirstOfThem() {
        topic(0, 9);
        assertThat(reader.open(StreamPosition.beginning(), PATIENCE, () -> false))
                .isTrue();
        consumer.addRecord(Samples.raw(3, Samples.targets("a", "b")));
        consumer.addRecord(Samples.raw(6, Samples.targets("c", "d")));
        consumer.addRecord(Samples.raw(8, Samples.targets("e", "f")));
        TargetsRecord first = reader.next(PATIENCE).orElseThrow();
        TargetsRecord second = reader.next(PATIENCE).orElseThrow();
        assertThat(reader.position(List.of()).offsets()).containsEntry(ZERO, 7L);
        assertThat(reader.position(List.of(second)).offsets()).containsEntry(ZERO, 6L);
        assertThat(reader.position(List.of(second, first)).offsets()).containsEntry(ZERO, 3L);
    }

    @Test
    void open_savedPosition_goesOnThere() {
        topic(2, 9);
        assertThat(reader.open(StreamPosition.of(Map.of(ZERO, 7L)), PATIENCE, () -> false))
                .isTrue();
        assertThat(consumer.position(ZERO)).isEqualTo(7);
    }

    @Test
    void open_savedPositionDeleted_isRefused() {
        topic(8, 9);
        assertThatThrownBy(() -> reader.open(StreamPosition.of(Map.of(ZERO, 7L)), PATIENCE, () -> false))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("records 7 to 7");
    }

    @Test
    void open_topicMissing_saysSoInTime() {
        assertThatThrownBy(() -> reader.open(StreamPosition.beginning(), PATIENCE, () -> false))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("there is no topic teacher-targets");
    }

    @Test
    void open_stoppedWhileWaiting_returns() {
        assertThat(reader.open(StreamPosition.beginning(), PATIENCE, () -> true))
                .isFalse();
    }

    private void topic(long earliest, long latest) {
        consumer.updatePartitions(Samples.TOPIC, List.of(new PartitionInfo(Samples.TOPIC, 0, null, null, null)));
        consumer.updateBeginningOffsets(Map.of(ZERO, earliest));
        consumer.updateEndOffsets(Map.of(ZERO, latest));
    }

    private static DeadLetter letter(ProducerRecord<byte[], byte[]> record) {
        Map<String, byte[]> headers = new HashMap<>();
        record.headers().forEach(header -> headers.put(header.key(), header.value()));
        return DeadLetter.fromHeaders(headers);
    }
}
