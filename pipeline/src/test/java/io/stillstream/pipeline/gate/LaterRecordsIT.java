package io.stillstream.pipeline.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Split;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
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

final class LaterRecordsIT {

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

                assertThat(LaterRecords.read(reader, TOPICS.teacherTargets(), List.of(), 0))
                        .extracting(record -> record.targets().conversationId())
                        .containsExactly("production", "teacher");
            }
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, Author author, Split split, String conversation)
            throws Exception {
        var targets = TestingTargets.twoBytes(author, split, conversation, -1f, Instant.now());
        var unused = producer.send(new ProducerRecord<>(TOPICS.teacherTargets(), TeacherTargetsCodec.encode(targets)))
                .get();
    }
}
