package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.topology.ScorerStage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scorer on a real broker, where its limits and threads meet Kafka's. */
final class ScorerStageIT {

    private static final Topics TOPICS = Topics.defaults();
    private static final int THREADS = 3;

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private Teacher teacher;
    private Telemetry telemetry;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        new TopicCreator(Map.of("bootstrap.servers", broker.bootstrapServers()), Duration.ofSeconds(15))
                .create(TOPICS, THREADS, THREADS);
        teacher = OnnxTeacher.open(TeacherConfig.of(
                BundledModels.unpack(directory.resolve("models")).teacher()));
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.SCORER);
    }

    @AfterEach
    void stop() {
        telemetry.close();
        teacher.close();
        broker.close();
    }

    @Test
    void score_severalThreads_shareOneTeacherAndKeepEachKeysOrder() throws Exception {
        int prompts = 600;
        int conversations = 20;
        List<String> ids = IntStream.range(0, prompts).mapToObj(i -> "p" + i).toList();
        send(IntStream.range(0, prompts)
                .mapToObj(i -> record(ids.get(i), "talk-" + i % conversations, new byte[0]))
                .toList());
        try (ScorerStage scorer = scorer(THREADS, ScorerConfig.defaults().maxRecordBytes())) {
            awaitOutput(prompts, scorer);
        }
        Map<String, List<String>> byConversation = targets().stream()
                .collect(Collectors.groupingBy(
                        target -> target.conversationId(),
                        Collectors.mapping(target -> target.promptId(), Collectors.toList())));
        assertThat(byConversation).hasSize(conversations);
        for (int talk = 0; talk < conversations; talk++) {
            int conversation = talk;
            assertThat(byConversation.get("talk-" + talk))
                    .containsExactlyElementsOf(IntStream.range(0, prompts)
                            .filter(i -> i % conversations == conversation)
                            .mapToObj(ids::get)
                            .toList());
        }
    }

    /** Headers travel with targets and dead letters and lie in the buffer: random bytes, which nothing compresses. */
    @Test
    void score_recordsAroundTheDefaultLimit_areWrittenOrRefusedAndNeverStopIt() throws Exception {
        int limit = ScorerConfig.defaults().maxRecordBytes();
        passAround(limit);
    }

    @Test
    void score_limitBeyondTheProducersDefault_isTaken() throws Exception {
        int limit = 3 << 20;
        allow(limit + ScorerConfig.RECORD_MARGIN);
        passAround(limit);
    }

    @Test
    void start_topicsThatTakeLessThanTheScorerWrites_isRefused() {
        assertThatThrownBy(() -> scorer(1, 1 << 20))
                .isInstanceOf(ScorerException.class)
                .hasMessage("the topic teacher-targets takes records of at most 1048588 bytes (max.message.bytes) and"
                        + " scorer.max-record-bytes is 1048576, which needs 1064960; make the one larger or the other"
                        + " smaller");
    }

    private void passAround(int limit) throws Exception {
        Random random = new Random(1);
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int size = limit - 6000; size <= limit + 200; size += 620) {
            byte[] ballast = new byte[size];
            random.nextBytes(ballast);
            records.add(record("p" + size, "talk", ballast));
        }
        byte[] tooLong = new byte[limit + 100];
        random.nextBytes(tooLong);
        records.add(new ProducerRecord<>(TOPICS.prompts(), utf8("talk"), tooLong));
        records.add(record("last", "talk", new byte[0]));
        send(records);
        try (ScorerStage scorer = scorer(1, limit)) {
            awaitOutput(records.size(), scorer);
        }
        assertThat(targets()).map(target -> target.promptId()).contains("p" + (limit - 6000), "last");
        assertThat(TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters()))
                .anyMatch(record -> record.headers().lastHeader("ballast") != null)
                .anyMatch(record -> record.value().length == limit);
    }

    private ScorerStage scorer(int threads, int maxRecordBytes) {
        return scorer(config().withStreamThreads(threads).withMaxRecordBytes(maxRecordBytes));
    }

    private ScorerConfig config() {
        return ScorerConfig.defaults().withStateDirectory(directory.resolve("state"));
    }

    private ScorerStage scorer(ScorerConfig config) {
        return ScorerStage.start(config, TOPICS, broker.bootstrapServers(), Map.of(), teacher, telemetry.scorer());
    }

    private void awaitOutput(int records, ScorerStage scorer) {
        await(records + " targets and dead letters")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(200))
                .failFast("the scorer has ended", () -> !scorer.liveness().passed())
                .until(this::output, output -> output >= records);
        assertThat(scorer.liveness().passed()).isTrue();
        assertThat(output()).isEqualTo(records);
    }

    private int output() {
        return Stream.of(TOPICS.teacherTargets(), TOPICS.deadLetters())
                .mapToInt(topic ->
                        TopicContents.read(broker.bootstrapServers(), topic).size())
                .sum();
    }

    private List<TeacherTargets> targets() {
        return TopicContents.read(broker.bootstrapServers(), TOPICS.teacherTargets()).stream()
                .map(record -> TeacherTargetsCodec.decode(record.value()))
                .toList();
    }

    private static ProducerRecord<byte[], byte[]> record(String id, String conversation, byte[] ballast) {
        var prompt = new Prompt(
                id,
                conversation,
                new PlainText("Tom found a red ball."),
                Response.of("They played.", Author.PRODUCTION),
                null,
                "default",
                Instant.EPOCH,
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
        var record = new ProducerRecord<>(TOPICS.prompts(), utf8(conversation), PromptCodec.encode(prompt));
        record.headers().add("ballast", ballast);
        return record;
    }

    private void send(List<ProducerRecord<byte[], byte[]>> records) {
        Map<String, Object> properties =
                Map.of("bootstrap.servers", broker.bootstrapServers(), "max.request.size", 8 << 20);
        try (var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
            var sent = records.stream().map(producer::send).toList();
            producer.flush();
            assertThat(sent)
                    .allSatisfy(future -> assertThat(future.get().hasOffset()).isTrue());
        }
    }

    private void allow(int bytes) throws Exception {
        var limit = new AlterConfigOp(
                new ConfigEntry("max.message.bytes", Integer.toString(bytes)), AlterConfigOp.OpType.SET);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Stream.of(TOPICS.prompts(), TOPICS.teacherTargets(), TOPICS.deadLetters())
                            .collect(Collectors.toMap(
                                    topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic),
                                    topic -> List.of(limit))))
                    .all()
                    .get();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
