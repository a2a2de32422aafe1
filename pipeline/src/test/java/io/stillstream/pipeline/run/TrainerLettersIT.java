package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.KafkaClients;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trainer's dead letters on a real broker, across trainers that end without a word. */
final class TrainerLettersIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** {@code teacher-targets} takes a record of so many random bytes, and {@code dead-letters} not with its headers. */
    private static final int LARGEST = 1_048_450;

    private final Telemetry telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
    private final List<Producer<byte[], byte[]>> abandoned = new ArrayList<>();

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Map<String, Object> kafka;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(directory);
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, PATIENCE).create(TOPICS, 1, 1);
    }

    @AfterEach
    void stop() {
        abandoned.forEach(producer -> producer.close(Duration.ZERO));
        telemetry.close();
        broker.close();
    }

    @Test
    void send_trainersThatWereKilledOneAfterTheOther_eachRecordIsThereOnce() {
        DeadLetters first = trainer("topic");
        for (int offset = 0; offset < 10; offset++) {
            first.send(record(offset, "no record " + offset), rejection());
        }
        first.flush();

        // From the checkpoint before, and past the largest record that the topic takes.
        DeadLetters second = trainer("topic");
        for (int offset = 4; offset < 15; offset++) {
            second.send(record(offset, "no record " + offset), rejection());
        }
        second.send(largest(15), rejection());
        second.flush();
        first.send(record(20, "of a trainer that another took over from"), rejection());
        assertThatThrownBy(first::flush).isInstanceOf(FencedException.class);
        // In a transaction that is never completed.
        Producer<byte[], byte[]> open = abandoned.get(1);
        open.beginTransaction();
        var unused = open.send(new ProducerRecord<>(TOPICS.deadLetters(), new byte[] {1}));
        open.flush();

        DeadLetters third = trainer("topic");
        for (int offset = 4; offset < 15; offset++) {
            third.send(record(offset, "no record " + offset), rejection());
        }
        third.send(largest(15), rejection());
        third.send(record(16, "no record 16"), rejection());
        third.flush();

        List<ConsumerRecord<byte[], byte[]>> letters =
                TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters());
        assertThat(letters).hasSize(17);
        for (int offset = 0; offset < 17; offset++) {
            Map<String, byte[]> headers = TopicContents.headers(letters.get(offset));
            assertThat(DeadLetter.fromHeaders(headers).offset()).isEqualTo(offset);
            assertThat(text(headers.get("trace"))).isEqualTo("of " + offset);
            assertThat(headers.containsKey(DeadLetter.ORIGINAL_BYTES)).isEqualTo(offset == 15);
        }
        ConsumerRecord<byte[], byte[]> cut = letters.get(15);
        assertThat(cut.value()).hasSize(LARGEST - (LARGEST + 3) / 4);
        assertThat(new String(cut.value(), 0, 4, StandardCharsets.ISO_8859_1))
                .isEqualTo(new String(largest(15).value(), 0, 4, StandardCharsets.ISO_8859_1));

        // In a topic that was recreated, the same offsets are of other records.
        DeadLetters recreated = trainer("recreated");
        recreated.send(record(3, "another record"), rejection());
        recreated.flush();
        assertThat(TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters()))
                .hasSize(18);
    }

    private DeadLetters trainer(String topicId) {
        Producer<byte[], byte[]> producer = KafkaClients.transactionalProducer(kafka, "letters", "one");
        abandoned.add(producer);
        var letters = new DeadLetters(producer, TOPICS.deadLetters(), telemetry.trainer());
        letters.begin(
                KafkaClients.letterGroup("one", topicId, 1),
                Set.of(new TopicPartition(TOPICS.teacherTargets(), 0)),
                (group, partitions) -> KafkaClients.committed(kafka, group, partitions, PATIENCE));
        return letters;
    }

    private static ConsumerRecord<byte[], byte[]> largest(long offset) {
        byte[] bytes = new byte[LARGEST];
        new Random(7).nextBytes(bytes);
        return record(offset, bytes);
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, String value) {
        return record(offset, value.getBytes(StandardCharsets.UTF_8));
    }

    private static ConsumerRecord<byte[], byte[]> record(long offset, byte[] value) {
        var record = new ConsumerRecord<>(TOPICS.teacherTargets(), 0, offset, new byte[] {1, 2}, value);
        record.headers().add("trace", ("of " + offset).getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private static Rejection rejection() {
        return new Rejection(RejectionCode.UNREADABLE_RECORD, "no record of ours");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
