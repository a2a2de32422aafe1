package io.stillstream.pipeline.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.rollout.gate.GateConfig;
import io.stillstream.trainer.source.TargetsRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GateRecordsIT {

    private static final Topics TOPICS = Topics.defaults();

    @Test
    void read_trainedOnAndWrittenByStudents_areLeftOut(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 1);
            try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                    var reader = new TopicReader(kafka)) {
                send(producer, Author.TEACHER, Split.TRAIN, "trained");
                send(producer, Author.student("0000000001-a"), Split.HELD_OUT, "by-a-student");
                send(producer, Author.PRODUCTION, Split.HELD_OUT, "production");
                send(producer, Author.TEACHER, Split.HELD_OUT, "teacher");

                var index = new HeldOutIndex(reader, TOPICS.teacherTargets(), Map.of());
                assertThat(GateSelection.later(index, GateConfig.defaults())
                                .fetch(index)
                                .evidence())
                        .extracting(record -> record.targets().conversationId())
                        .containsExactly("production", "teacher");
            }
        }
    }

    /** A tenant sends so much that the others have hardly a place among the newest records. */
    @Test
    void withOlder_floodOfOneTenant_hasTheNewestOfTheOthersToo(@TempDir Path directory) throws Exception {
        GateConfig config = new ConfigLoader(Map.of())
                .load(
                        StillstreamConfig.defaults(),
                        null,
                        Map.of("gate.most-records", "5", "gate.least-slice-conversations", "3", "gate.look-back", "20"))
                .gate();
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 1, 1);
            try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                    var reader = new TopicReader(kafka)) {
                send(producer, "forgotten", "too-far-back");
                for (int i = 0; i < 10; i++) {
                    send(producer, "old", "old-" + i);
                }
                for (int i = 0; i < 10; i++) {
                    send(producer, "flood", "flood-" + i);
                }
                send(producer, "old", "old-10");
                for (int i = 10; i < 15; i++) {
                    send(producer, "flood", "flood-" + i);
                }

                var index =
                        new HeldOutIndex(reader, TOPICS.teacherTargets(), Map.of(TOPICS.teacherTargets() + "-0", 21L));
                GateSelection later = GateSelection.later(index, config);
                GateSelection withOlder = later.withOlder(index, config);
                GateRecords all = withOlder.fetch(index);

                assertThat(conversations(all.evidence()))
                        .containsExactly("flood-10", "flood-11", "flood-12", "flood-13", "flood-14");
                assertThat(withOlder.conversations()).isEqualTo(5);
                assertThat(conversations(all.older())).containsExactly("old-8", "old-9", "old-10");
                assertThat(all.answered(4))
                        .containsExactlyInAnyOrderElementsOf(List.of(
                                coordinates(all, "old-10"),
                                coordinates(all, "old-9"),
                                coordinates(all, "flood-14"),
                                coordinates(all, "flood-13")));
                assertThat(all.sha256()).isNotEqualTo(later.fetch(index).sha256());
            }
        }
    }

    /** One partition arrives before the other, with older records. */
    @Test
    void later_severalPartitions_takesTheNewestOfAll(@TempDir Path directory) throws Exception {
        GateConfig config = new ConfigLoader(Map.of())
                .load(StillstreamConfig.defaults(), null, Map.of("gate.most-records", "4"))
                .gate();
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory)) {
            Map<String, Object> kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
            new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 2, 2);
            try (var producer = new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer());
                    var reader = new TopicReader(kafka)) {
                long now = System.currentTimeMillis();
                for (int i = 0; i < 10; i++) {
                    send(producer, i % 2, now + i, "conversation-" + i);
                }

                var index = new HeldOutIndex(reader, TOPICS.teacherTargets(), Map.of());
                assertThat(conversations(
                                GateSelection.later(index, config).fetch(index).evidence()))
                        .containsExactly("conversation-6", "conversation-7", "conversation-8", "conversation-9");

                send(producer, 0, now + 10, "conversation-10");
                GateSelection grown = GateSelection.later(index, config);
                assertThat(grown.later()).isEqualTo(11);
                assertThat(conversations(grown.fetch(index).evidence()))
                        .containsExactly("conversation-7", "conversation-8", "conversation-9", "conversation-10");
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, int partition, long timestamp, String conversation)
            throws Exception {
        TeacherTargets targets =
                TestingTargets.twoBytes(Author.TEACHER, Split.HELD_OUT, "default", conversation, -1f, Instant.now());
        var unused = producer.send(new ProducerRecord<>(
                        TOPICS.teacherTargets(), partition, timestamp, null, TeacherTargetsCodec.encode(targets)))
                .get();
    }

    private static List<String> conversations(List<TargetsRecord> records) {
        return records.stream().map(record -> record.targets().conversationId()).toList();
    }

    private static String coordinates(GateRecords records, String conversation) {
        return records.all().stream()
                .filter(record -> record.targets().conversationId().equals(conversation))
                .findFirst()
                .orElseThrow()
                .coordinates();
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String tenant, String conversation)
            throws Exception {
        var targets = TestingTargets.twoBytes(Author.TEACHER, Split.HELD_OUT, tenant, conversation, -1f, Instant.now());
        send(producer, targets);
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, Author author, Split split, String conversation)
            throws Exception {
        send(producer, TestingTargets.twoBytes(author, split, "default", conversation, -1f, Instant.now()));
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, TeacherTargets targets) throws Exception {
        var unused = producer.send(new ProducerRecord<>(TOPICS.teacherTargets(), TeacherTargetsCodec.encode(targets)))
                .get();
    }
}
