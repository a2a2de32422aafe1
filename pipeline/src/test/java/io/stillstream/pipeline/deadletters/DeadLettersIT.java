package io.stillstream.pipeline.deadletters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.monitoring.traffic.RedactionMeters;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.redaction.Redaction;
import io.stillstream.producer.redaction.RedactionConfig;
import io.stillstream.producer.redaction.RedactionKey;
import io.stillstream.producer.redaction.detector.DetectorKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dead letters of all stages on a real broker. */
final class DeadLettersIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final DeadLetterFilter ALL = new DeadLetterFilter(Set.of(), Set.of(), null);
    private static final byte[] KEY = utf8("conversation");
    private static final byte[] TARGETS = {8, 0, (byte) 0xff};

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Map<String, Object> kafka;

    @BeforeEach
    void start() throws Exception {
        broker = EmbeddedBroker.start(directory);
        kafka = Map.of("bootstrap.servers", broker.bootstrapServers());
        new TopicCreator(kafka, Duration.ofSeconds(30)).create(TOPICS, 3, 3);
        send(
                Stage.PRODUCER,
                RejectionCode.INVALID_PROMPT,
                "traffic.jsonl",
                -1,
                7,
                "{\"id\":\"a\",\"prompt\":\"Hi\"}",
                null);
        send(Stage.PRODUCER, RejectionCode.MALFORMED_JSON, "traffic.jsonl", -1, 8, "{", null);
        send(Stage.PRODUCER, RejectionCode.LINE_TOO_LONG, "traffic.jsonl", -1, 9, "{\"id", "70000");
        send(
                Stage.PRODUCER,
                RejectionCode.DUPLICATE_ID,
                "traffic.jsonl",
                -1,
                10,
                "{\"id\":\"b\",\"prompt\":\"Ho ho@example.org\"}",
                null);
        send(Stage.SCORER, RejectionCode.CONTEXT_WINDOW, TOPICS.prompts(), 2, 4, "{\"v\":1}", null);
        send(Stage.TRAINER, RejectionCode.INCOMPATIBLE, TOPICS.teacherTargets(), 1, 5, TARGETS, null);
        post(new ProducerRecord<>(TOPICS.deadLetters(), utf8("no headers at all")));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void forEach_filters_takeWhatTheySay() {
        assertThat(ids(ALL)).containsExactly("0@0", "0@1", "0@2", "0@3", "0@4", "0@5", "0@6");
        assertThat(ids(new DeadLetterFilter(Set.of(RejectionCode.MALFORMED_JSON), Set.of(), null)))
                .containsExactly("0@1");
        assertThat(ids(new DeadLetterFilter(Set.of(), Set.of(Stage.SCORER, Stage.TRAINER), null)))
                .containsExactly("0@4", "0@5");
        assertThat(ids(new DeadLetterFilter(Set.of(), Set.of(), Instant.now().plusSeconds(60))))
                .isEmpty();
        assertThat(ids(new DeadLetterFilter(Set.of(), Set.of(), Instant.now().minusSeconds(600))))
                .hasSize(7);
    }

    @Test
    void get_oneOrNone() {
        try (DeadLetterReader reader = new DeadLetterReader(kafka, TOPICS.deadLetters())) {
            StoredDeadLetter letter = reader.get(DeadLetterId.parse("5"));
            assertThat(letter.bytes()).isEqualTo(TARGETS);
            assertThat(letter.from()).isEqualTo("teacher-targets 1@5");
            assertThatThrownBy(() -> reader.get(DeadLetterId.parse("0@99")))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("there is no dead letter 0@99");
            assertThatThrownBy(() -> reader.get(DeadLetterId.parse("3@0")))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("there is no dead letter 3@0");
        }
    }

    @Test
    void replay_whatCanBeReplayed_goesBackWhereItCameFromOnce() {
        List<Replayer.Result> first = replay(false);
        assertThat(first.get(0)).isEqualTo(new Replayer.Result.Replayed(TOPICS.prompts()));
        assertThat(reason(first.get(1))).startsWith("still rejected as malformed_json");
        assertThat(reason(first.get(2))).startsWith("truncated: only 4 of 70000 bytes");
        assertThat(first.get(4)).isEqualTo(new Replayer.Result.Replayed(TOPICS.prompts()));
        assertThat(first.get(5)).isEqualTo(new Replayer.Result.Replayed(TOPICS.teacherTargets()));
        assertThat(reason(first.get(6))).startsWith("it names no stage");

        List<ConsumerRecord<byte[], byte[]>> prompts = read(TOPICS.prompts());
        ConsumerRecord<byte[], byte[]> ofScorer = prompts.stream()
                .filter(record -> record.value().length == "{\"v\":1}".length())
                .findFirst()
                .orElseThrow();
        assertThat(ofScorer.partition()).isEqualTo(2);
        assertThat(ofScorer.key()).isEqualTo(KEY);
        assertThat(ofScorer.headers().toArray())
                .extracting(header -> header.key())
                .containsExactly("trace", "stillstream.replay-of");
        List<Prompt> parsed = prompts.stream()
                .filter(record -> record != ofScorer)
                .map(record -> PromptCodec.decode(record.value()))
                .toList();
        assertThat(parsed).extracting(Prompt::id).containsExactlyInAnyOrder("a", "b");
        assertThat(parsed).allSatisfy(prompt -> assertThat(prompt.toString()).doesNotContain("ho@example.org"));
        assertThat(read(TOPICS.teacherTargets())).singleElement().satisfies(record -> {
            assertThat(record.partition()).isEqualTo(1);
            assertThat(record.key()).isEqualTo(KEY);
            assertThat(record.value()).isEqualTo(TARGETS);
        });

        List<Replayer.Result> second = replay(false);
        assertThat(List.of(second.get(0), second.get(4), second.get(5)))
                .allMatch(result -> result instanceof Replayer.Result.ReplayedBefore);
        assertThat(read(TOPICS.prompts())).hasSize(3);
        assertThat(replay(true).get(5)).isEqualTo(new Replayer.Result.Replayed(TOPICS.teacherTargets()));
        assertThat(read(TOPICS.teacherTargets())).hasSize(2);
    }

    @Test
    void replay_besideAnotherProcess_endsTheFirst() {
        try (Replayer first = open();
                Replayer second = open();
                DeadLetterReader reader = new DeadLetterReader(kafka, TOPICS.deadLetters())) {
            StoredDeadLetter letter = reader.get(new DeadLetterId(0, 5));
            assertThat(second.replay(letter, false)).isInstanceOf(Replayer.Result.Replayed.class);
            assertThatThrownBy(() -> first.replay(letter, false))
                    .isInstanceOf(PipelineException.class)
                    .hasMessageContaining("another process");
        }
        assertThat(read(TOPICS.teacherTargets())).hasSize(1);
    }

    private Replayer open() {
        return Replayer.open(
                kafka,
                ReplayLog.read(kafka, TOPICS.deadLetters()),
                TOPICS,
                TrafficConfig.reading("traffic.jsonl"),
                new Redaction(
                        RedactionConfig.defaults(),
                        RedactionKey.ofText("a key of the tests"),
                        RedactionMeters.unobserved(DetectorKind.labels())));
    }

    private List<Replayer.Result> replay(boolean again) {
        List<Replayer.Result> results = new ArrayList<>();
        try (Replayer replayer = open();
                DeadLetterReader reader = new DeadLetterReader(kafka, TOPICS.deadLetters())) {
            reader.forEach(ALL, letter -> results.add(replayer.replay(letter, again)));
        }
        return results;
    }

    private List<String> ids(DeadLetterFilter filter) {
        List<String> ids = new ArrayList<>();
        try (DeadLetterReader reader = new DeadLetterReader(kafka, TOPICS.deadLetters())) {
            reader.forEach(filter, letter -> ids.add(letter.id().toString()));
        }
        return ids;
    }

    private List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.read(topic, null, records::add);
        }
        return records;
    }

    private static String reason(Replayer.Result result) {
        return ((Replayer.Result.NotReplayed) result).reason();
    }

    private void send(
            Stage stage, RejectionCode code, String topic, int partition, long offset, String value, String whole)
            throws Exception {
        send(stage, code, topic, partition, offset, utf8(value), whole);
    }

    private void send(
            Stage stage, RejectionCode code, String topic, int partition, long offset, byte[] value, String whole)
            throws Exception {
        var letter = new DeadLetter(stage.label(), new Rejection(code, "a reason"), topic, partition, offset);
        var record = new ProducerRecord<>(TOPICS.deadLetters(), stage == Stage.PRODUCER ? null : KEY, value);
        record.headers().add("trace", utf8("1"));
        letter.headers().forEach(record.headers()::add);
        if (whole != null) {
            record.headers().add(DeadLetter.ORIGINAL_BYTES, utf8(whole));
        }
        post(record);
    }

    private void post(ProducerRecord<byte[], byte[]> record) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(record).get();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
