package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.student.StudentException;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.inference.AnsweringStudent;
import io.stillstream.student.model.Student;
import io.stillstream.student.snapshot.GoldenPrompts;
import io.stillstream.student.snapshot.GoldenRecorder;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.rewind.RewindOrders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainerStageTest {

    private static final TopicPartition ZERO = new TopicPartition(Samples.TOPIC, 0);
    /** About five records. */
    private static final int STEP_TOKENS = 100;

    @TempDir
    private Path root;

    private Telemetry telemetry;
    private MockProducer<byte[], byte[]> letterProducer;
    private List<MockProducer<byte[], byte[]>> snapshotProducers;
    private Path student;

    @BeforeEach
    void prepare() {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
        letterProducer = TrainerFixture.producer();
        snapshotProducers = new ArrayList<>();
        student = TinyStudent.at(root.resolve("student"));
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void run_records_lowersTheHeldOutLossAndPublishesAStudent() throws IOException {
        TrainingReport report = train("data", stream(250));
        assertThat(report.steps()).isGreaterThan(20);
        assertThat(report.baseline()).isNotNull();
        assertThat(report.trained()).isNotNull();
        assertThat(report.trained().loss()).isLessThan(report.baseline().loss() - 0.2);
        assertThat(report.trained().records()).isEqualTo(6);
        assertThat(report.tokensPerSecond()).isPositive();

        Snapshot snapshot = report.lastSnapshot();
        assertThat(snapshot).isNotNull();
        assertThat(snapshot.manifest().step()).isEqualTo(report.steps());
        assertThat(snapshot.manifest().files())
                .containsKeys("config.json", "model.safetensors", "tokenizer.json", GoldenPrompts.FILE_NAME)
                .doesNotContainKey("trainer/optimizer.safetensors");
        assertThat(snapshot.manifest().evaluation())
                .containsEntry("held_out_loss", report.trained().loss());
        assertThat(Files.readString(root.resolve("data/aliases/candidate")).strip())
                .isEqualTo(snapshot.manifest().id());
        assertThat(published()).hasSize(3).allMatch(sent -> sent.topic().equals("student-snapshots"));
        assertThat(SnapshotManifestCodec.decode(published().get(2).value())).isEqualTo(snapshot.manifest());
        GoldenPrompts golden = GoldenPrompts.read(snapshot.directory().resolve(GoldenPrompts.FILE_NAME));
        assertThat(golden.prompts()).hasSize(6);
        try (Student loaded = Student.load(snapshot.directory());
                GoldenRecorder recorder = new GoldenRecorder(loaded)) {
            assertThat(recorder.record(golden.prompts().stream()
                            .map(prompt -> prompt.prompt().stream()
                                    .mapToInt(Integer::intValue)
                                    .toArray())
                            .toList()))
                    .contains(golden);
        }
        try (AnsweringStudent before = TemplateChoice.own().answering(student);
                AnsweringStudent after = TemplateChoice.own().answering(snapshot.directory())) {
            assertThat(after.answer("the", 8)).isNotEqualTo(before.answer("the", 8));
        }
    }

    @Test
    void run_stoppedAndStartedAgain_givesTheWeightsOfAnUninterruptedRun() {
        List<TeacherTargets> stream = stream(220);
        Snapshot straight = train("straight", stream).lastSnapshot();

        Snapshot first = train("stopped", stream.subList(0, 103)).lastSnapshot();
        assertThat(first.manifest().step()).isBetween(5L, straight.manifest().step() - 5);
        assertThat(first.manifest().offsets().get("teacher-targets-0")).isLessThan(103);
        TrainingReport resumed = train("stopped", stream);

        assertThat(weights(resumed.lastSnapshot())).isEqualTo(weights(straight));
        assertThat(resumed.lastSnapshot().manifest().id())
                .isEqualTo(straight.manifest().id());
        assertThat(resumed.lastSnapshot().manifest().offsets())
                .isEqualTo(straight.manifest().offsets());
        assertThat(resumed.lastSnapshot().manifest().evaluation())
                .isEqualTo(straight.manifest().evaluation());
        assertThat(resumed.steps())
                .isEqualTo(straight.manifest().step() - first.manifest().step());
    }

    @Test
    void run_newestCheckpointDamaged_goesOnFromTheOneBeforeAndEndsTheSame() throws IOException {
        List<TeacherTargets> stream = stream(220);
        Snapshot first = train("data", stream).lastSnapshot();
        Path checkpoint =
                root.resolve("data/checkpoints").resolve(first.manifest().id());
        flip(checkpoint.resolve("trainer/optimizer.safetensors"));
        TrainingReport again = train("data", stream);
        assertThat(again.steps()).isPositive();
        assertThat(again.lastSnapshot().manifest().id())
                .isEqualTo(first.manifest().id());
        assertThat(again.lastSnapshot().manifest().files())
                .isEqualTo(first.manifest().files());
    }

    @Test
    void run_newestSnapshotDamaged_publishesItAgain() throws IOException {
        List<TeacherTargets> stream = stream(100);
        Snapshot first = train("data", stream).lastSnapshot();
        flip(first.directory().resolve("model.safetensors"));
        TrainingReport again = train("data", stream);
        assertThat(again.steps()).isZero();
        assertThat(again.lastSnapshot().manifest().files())
                .isEqualTo(first.manifest().files());
        SnapshotStore.verify(again.lastSnapshot());
    }

    @Test
    void open_noCheckpointIntact_refusesToStartOverUnasked() throws IOException {
        train("data", stream(40));
        try (Stream<Path> checkpoints = Files.list(root.resolve("data/checkpoints"))) {
            for (Path checkpoint : checkpoints.toList()) {
                Files.delete(checkpoint.resolve("config.json"));
            }
        }
        assertRefused(config("data", student), "none of the checkpoints in");
    }

    @Test
    void run_nothingNew_publishesTheSameManifestAgain() {
        List<TeacherTargets> stream = stream(100);
        Snapshot snapshot = train("data", stream).lastSnapshot();
        snapshotProducers.clear();
        TrainingReport again = train("data", stream);
        assertThat(again.steps()).isZero();
        assertThat(again.lastSnapshot()).isEqualTo(snapshot);
        assertThat(published()).hasSize(1);
    }

    @Test
    void run_anotherTeachersRecord_isRejected() {
        List<TeacherTargets> stream = new ArrayList<>(stream(60));
        var stranger = new TeacherIdentity("stranger", "cc", "bb", "");
        stream.add(20, Samples.targets("who is", " it", FinishReason.STOP, Split.TRAIN, stranger));
        stream.add(30, Samples.targets("a".repeat(80), "b"));
        TrainingReport report = train("data", stream);
        assertThat(report.steps()).isPositive();
        assertThat(letterProducer.history().stream()
                        .filter(sent -> sent.topic().equals("dead-letters"))
                        .map(sent -> new String(
                                sent.headers().lastHeader("stillstream.reason").value(), StandardCharsets.UTF_8)))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("teacher stranger"),
                        reason -> assertThat(reason).contains("context window is 64"));
    }

    @Test
    void run_firstRecordCannotFeedTheLoss_refusesToStartAndNamesTheMismatch() {
        TrainerConfig paper = config("data", student);
        TrainerConfig released = paper.with(Map.of("loss", LossConfig.multiLevelOt(MultiLevelOt.Variant.RELEASED)));
        assertThatThrownBy(() -> train(released, stream(3)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("teacher-targets-0@0, the first record read")
                .hasMessageContaining("ranking probability; the loss")
                .hasMessageContaining("teacher.ranking: standardised");
    }

    @Test
    void open_unusableStudents_saysWhatIsWrongInOneLine() throws IOException {
        assertRefused(config("data", root.resolve("nowhere")), "there is no student directory");
        Path noTokenizer = TinyStudent.at(root.resolve("no-tokenizer"));
        Files.delete(noTokenizer.resolve("tokenizer.json"));
        assertRefused(config("data", noTokenizer), "no tokenizer.json");
        Path otherArchitecture = TinyStudent.at(root.resolve("other"));
        rewrite(otherArchitecture.resolve("config.json"), "\"llama\"", "\"mamba\"");
        assertRefused(config("data", otherArchitecture), "unknown architecture: model_type is 'mamba'");
        Path smallVocabulary = TinyStudent.at(root.resolve("small"));
        rewrite(smallVocabulary.resolve("config.json"), "\"vocab_size\": 61", "\"vocab_size\": 20");
        assertRefused(config("data", smallVocabulary), "ids up to 30 and config.json a vocabulary of 20");
        Path wrongShape = TinyStudent.at(root.resolve("shape"));
        rewrite(wrongShape.resolve("config.json"), "\"intermediate_size\": 24", "\"intermediate_size\": 25");
        assertRefused(config("data", wrongShape), "expected [25, 16]");
        Path fewLayers = TinyStudent.at(root.resolve("layers"));
        rewrite(fewLayers.resolve("config.json"), "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
        assertRefused(config("data", fewLayers), "lack model.layers.2.");
    }

    @Test
    void open_anotherStudentsSnapshots_isRefused() throws IOException {
        assertThat(train("data", stream(60)).lastSnapshot()).isNotNull();
        Path other = TinyStudent.at(root.resolve("another"));
        byte[] bytes = Files.readAllBytes(other.resolve("model.safetensors"));
        bytes[bytes.length - 1] ^= 1;
        Files.write(other.resolve("model.safetensors"), bytes);
        assertRefused(config("data", other), "was trained from another student");
    }

    @Test
    void run_noBroker_saysSoInTime() {
        TrainerConfig impatient = config("data", student).with(Map.of("patience", Duration.ofSeconds(2)));
        try (TrainerStage stage = TrainerStage.open(impatient, Topics.defaults(), Samples.noKafka(), telemetry)) {
            assertThatThrownBy(stage::run)
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("no Kafka broker answered at 127.0.0.1:1 within 2 s");
        }
    }

    /** Each trainer has its own. */
    private MockProducer<byte[], byte[]> snapshotProducer() {
        var snapshotProducer = new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
        snapshotProducers.add(snapshotProducer);
        return snapshotProducer;
    }

    private List<ProducerRecord<byte[], byte[]>> published() {
        return snapshotProducers.stream()
                .flatMap(each -> each.history().stream())
                .toList();
    }

    private void assertRefused(TrainerConfig config, String message) {
        assertThatThrownBy(() -> TrainerStage.open(config, Topics.defaults(), Samples.noKafka(), telemetry))
                .isInstanceOfAny(TrainerException.class, StudentException.class, HuggingFaceException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    /** Runs a stage on records 0, 1, 2, … until it has read them. */
    private TrainingReport train(String data, List<TeacherTargets> stream) {
        return train(config(data, student), stream);
    }

    private TrainingReport train(TrainerConfig config, List<TeacherTargets> stream) {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
        consumer.updatePartitions(Samples.TOPIC, List.of(new PartitionInfo(Samples.TOPIC, 0, null, null, null)));
        consumer.updateBeginningOffsets(Map.of(ZERO, 0L));
        consumer.updateEndOffsets(Map.of(ZERO, (long) stream.size()));
        try (TrainerStage stage = new TrainerStage(
                config,
                Topics.defaults(),
                new KafkaConnections(
                        consumer,
                        (id, closer) -> letterProducer = TrainerFixture.producer(),
                        TrainerFixture.noLetters(),
                        (id, closer) -> snapshotProducer(),
                        topic -> "id",
                        RewindOrders.none(),
                        TrainerFixture.noTargets(),
                        "broker:9092"),
                telemetry.trainer(),
                Clock.systemUTC(),
                new Closer())) {
            consumer.schedulePollTask(() -> {
                for (int i = 0; i < stream.size(); i++) {
                    consumer.addRecord(Samples.raw(i, stream.get(i)));
                }
            });
            consumer.schedulePollTask(stage::stop);
            return stage.run();
        }
    }

    /** Responses that follow a pattern a tiny student can learn; every tenth is held out. */
    private static List<TeacherTargets> stream(int size) {
        var random = new Random(7);
        List<TeacherTargets> stream = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String letters = letters(random, 1 + random.nextInt(6));
            Split split = i % 10 == 3 ? Split.HELD_OUT : Split.TRAIN;
            stream.add(Samples.targets(
                    letters, " abcd".repeat(1 + random.nextInt(3)), FinishReason.STOP, split, Samples.TEACHER));
        }
        return stream;
    }

    private static String letters(Random random, int count) {
        return random.ints(count, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private TrainerConfig config(String data, Path student) {
        return TestingConfig.of(student, root.resolve(data))
                .with(Map.of(
                        "batches",
                        TestingConfig.batches(STEP_TOKENS),
                        "evaluations",
                        new TrainerConfig.Evaluations(6, 5)));
    }

    private static String weights(Snapshot snapshot) {
        return Digests.sha256(snapshot.directory().resolve("model.safetensors"));
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
    }

    private static void rewrite(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }
}
