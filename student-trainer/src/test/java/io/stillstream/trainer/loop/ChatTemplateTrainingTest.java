package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.Topics;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.rewind.RewindOrders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A student is published with the chat template that it was trained in. */
final class ChatTemplateTrainingTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));
    private static final TopicPartition ZERO = new TopicPartition(Samples.TOPIC, 0);
    private static final int RECORDS = 40;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String TEACHERS = "{% for m in messages %}t{{ m['content'] }} {% endfor %}t";
    private static final String STUDENTS =
            "{% for m in messages %}s{{ m['content'] }}</s>{% endfor %}{% if add_generation_prompt %}s{% endif %}";

    @TempDir
    private Path root;

    private Telemetry telemetry;
    private Path student;
    private Path teacher;

    @BeforeEach
    void prepare() throws IOException {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
        student = TinyStudent.at(root.resolve("student"));
        teacher = TinyStudent.at(root.resolve("teacher"));
        Files.writeString(teacher.resolve("chat_template.jinja"), TEACHERS);
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void run_studentWithATemplate_isPublishedWithItsOwn() throws IOException {
        Files.writeString(student.resolve("chat_template.jinja"), STUDENTS);
        assertTemplate(train(TrainerConfig.OWN_TEMPLATE, teacher), STUDENTS);
    }

    @Test
    void run_templateInTheTokenizersConfig_isPublishedOnce() throws IOException {
        Files.writeString(
                student.resolve("tokenizer_config.json"),
                JSON.createObjectNode()
                        .put("eos_token", "</s>")
                        .put("chat_template", STUDENTS)
                        .toString());
        Snapshot snapshot = train(TrainerConfig.OWN_TEMPLATE, teacher);
        assertTemplate(snapshot, STUDENTS);
        JsonNode config = JSON.readTree(
                snapshot.directory().resolve("tokenizer_config.json").toFile());
        assertThat(config.path("eos_token").textValue()).isEqualTo("</s>");
        assertThat(config.has("chat_template")).isFalse();
    }

    @Test
    void run_studentWithoutATemplate_isPublishedWithTheTeachers() throws IOException {
        assertTemplate(train(TrainerConfig.OWN_TEMPLATE, teacher), TEACHERS);
    }

    @Test
    void run_teachersTemplateAsked_isPublishedInPlaceOfItsOwn() throws IOException {
        Files.writeString(student.resolve("chat_template.jinja"), STUDENTS);
        assertTemplate(train(TrainerConfig.TEACHER_TEMPLATE, teacher), TEACHERS);
    }

    @Test
    void run_templateNamed_isPublished() throws IOException {
        Path file =
                Files.writeString(root.resolve("named.jinja"), "{% for m in messages %}x{{ m.content }}{% endfor %}x");
        assertTemplate(train(file, teacher), Files.readString(file));
    }

    @Test
    void run_teachersTemplateIsNotFound_saysWhichAndHowToNameIt() {
        assertThatThrownBy(() -> train(TrainerConfig.OWN_TEMPLATE, null))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining(Digests.sha256(TEACHERS))
                .hasMessageContaining("no template of the teacher's was found")
                .hasMessageContaining("set trainer.teacher-tokenizer");
    }

    @Test
    void run_turnEndsWithATokenOfItsOwn_isAmongTheEndsOfTheSnapshot() throws IOException {
        Files.writeString(student.resolve("chat_template.jinja"), STUDENTS.replace("</s>", "<unk>"));
        Snapshot snapshot = train(TrainerConfig.OWN_TEMPLATE, teacher);
        JsonNode ends = JSON.readTree(
                        snapshot.directory().resolve("generation_config.json").toFile())
                .path("eos_token_id");
        assertThat(ends).extracting(JsonNode::intValue).containsExactly(2, 0);
    }

    @Test
    void run_resumedWithAnotherTemplate_refusesAndNamesBothUnlessAccepted() throws IOException {
        Files.writeString(student.resolve("chat_template.jinja"), STUDENTS);
        train(TrainerConfig.OWN_TEMPLATE, teacher);
        assertThatThrownBy(() -> train(TrainerConfig.TEACHER_TEMPLATE, teacher))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("the chat template to train in is " + Digests.sha256(TEACHERS) + " and was "
                        + Digests.sha256(STUDENTS))
                .hasMessageContaining("trainer.accept-changes=template");
        assertTemplate(train(TrainerConfig.TEACHER_TEMPLATE, teacher, "template"), TEACHERS);
    }

    @Test
    void run_sharedCaseOfTwoTemplates_isPublishedWithTheOneItWasTrainedIn() throws IOException {
        Path files = SHARED.resolve("cases/12-snapshot-template-skew");
        assumeTrue(Files.isDirectory(files), () -> "no " + files + "; set -Dstillstream.shared");
        String own = Files.readString(files.resolve("student-chat_template.jinja"));
        Files.writeString(student.resolve("chat_template.jinja"), own);
        Files.delete(teacher.resolve("chat_template.jinja"));
        Files.copy(files.resolve("teacher-tokenizer_config.json"), teacher.resolve("tokenizer_config.json"));
        assertTemplate(train(TrainerConfig.OWN_TEMPLATE, teacher), own);
        String teachers = JSON.readTree(teacher.resolve("tokenizer_config.json").toFile())
                .path("chat_template")
                .textValue();
        root = root.resolve("again");
        assertTemplate(train(TrainerConfig.TEACHER_TEMPLATE, teacher), teachers);
    }

    private static void assertTemplate(Snapshot snapshot, String template) throws IOException {
        assertThat(snapshot.directory().resolve("chat_template.jinja")).hasContent(template);
        assertThat(snapshot.manifest().chatTemplate()).isEqualTo(Digests.sha256(template));
        assertThat(snapshot.manifest().files().get("chat_template.jinja").sha256())
                .isEqualTo(snapshot.manifest().chatTemplate());
    }

    private Snapshot train(Path template, @Nullable Path teacherFiles, String... accepted) throws IOException {
        // A student that is resumed has something new to learn.
        List<TeacherTargets> stream = stream(accepted.length == 0 ? RECORDS : 2 * RECORDS);
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
        consumer.updatePartitions(Samples.TOPIC, List.of(new PartitionInfo(Samples.TOPIC, 0, null, null, null)));
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, (long) stream.size()));
        try (Closer resources = new Closer()) {
            TrainerStage stage = new TrainerStage(
                    config(template, teacherFiles, List.of(accepted)),
                    Topics.defaults(),
                    new KafkaConnections(
                            consumer,
                            (id, closer) -> producer(),
                            TrainerFixture.noLetters(),
                            (id, closer) -> producer(),
                            topic -> "id",
                            RewindOrders.none(),
                            TrainerFixture.noTargets(),
                            "broker:9092"),
                    telemetry.trainer(),
                    Clock.systemUTC(),
                    resources);
            consumer.schedulePollTask(() -> {
                for (int i = 0; i < stream.size(); i++) {
                    consumer.addRecord(Samples.raw(i, stream.get(i)));
                }
            });
            consumer.schedulePollTask(stage::stop);
            return Objects.requireNonNull(stage.run().lastSnapshot());
        }
    }

    /** Chats as the teacher worded them. */
    private List<TeacherTargets> stream(int size) throws IOException {
        Path config = teacher.resolve("tokenizer_config.json");
        String template = Files.isRegularFile(config)
                ? JSON.readTree(config.toFile()).path("chat_template").textValue()
                : TEACHERS;
        List<TeacherTargets> stream = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String question = "a".repeat(1 + i % 5);
            stream.add(Samples.inChat(
                    Samples.targets("t" + question + " t", " abcd"),
                    Chat.of(Message.of("user", question)),
                    Message.assistant(" abcd"),
                    Digests.sha256(template)));
        }
        return stream;
    }

    private static MockProducer<byte[], byte[]> producer() {
        return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private TrainerConfig config(Path template, @Nullable Path teacherFiles, List<String> accepted) {
        TrainerConfig config = TestingConfig.of(student, root.resolve("data"))
                .with(Map.of(
                        "chatTemplate",
                        template,
                        "loss",
                        LossConfig.crossEntropyAlone(),
                        "batches",
                        TestingConfig.batches(64),
                        "evaluations",
                        new TrainerConfig.Evaluations(6, 5),
                        "acceptChanges",
                        accepted));
        return teacherFiles == null ? config : config.with(Map.of("teacherTokenizer", teacherFiles));
    }
}
