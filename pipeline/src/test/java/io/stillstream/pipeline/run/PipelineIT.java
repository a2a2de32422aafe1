package io.stillstream.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.contract.codec.TeacherTargetsCodec;
import io.stillstream.contract.file.Digests;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.DeadLetter;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.pipeline.demo.DemoConfig;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.stage.ProducerStage;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.topology.ScorerBacklog;
import io.stillstream.scorer.topology.ScorerStage;
import io.stillstream.student.model.Student;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole pipeline on a real broker, with the bundled teacher and student. */
final class PipelineIT {

    private static final int PROMPTS = 200;
    private static final Topics TOPICS = Topics.defaults();

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private BundledModels models;

    @BeforeEach
    void start() {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        models = BundledModels.unpack(directory.resolve("models"));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void run_twoHundredPrompts_endInAPublishedSnapshot() throws Exception {
        Pipeline.Result result = run(config("whole", models.prompts(), PROMPTS));

        Map<String, TeacherTargets> targets = targets();
        assertThat(targets).hasSize(PROMPTS);
        assertThat(targets.values()).allSatisfy(target -> {
            assertThat(target.responseSource()).isEqualTo(ResponseSource.TEACHER);
            assertThat(target.columns().k()).isEqualTo(TeacherConfig.DEFAULT_TOP_K);
        });
        long heldOut = targets.values().stream()
                .filter(target -> target.split() == Split.HELD_OUT)
                .count();
        assertThat(result.producer().heldOut()).isEqualTo(heldOut).isBetween(20L, 60L);
        assertThat(TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters()))
                .isEmpty();

        TrainingReport trainer = result.trainer();
        assertThat(trainer.steps()).isPositive();
        assertThat(trainer.records()).isEqualTo(PROMPTS - heldOut);
        assertThat(trainer.waiting().isNothing()).isTrue();
        assertThat(result.unscored()).isZero();
        assertThat(result.progress().lag()).containsEntry(TOPICS.teacherTargets(), 0L);
        assertThat(trainer.trained().loss()).isLessThan(trainer.baseline().loss());

        Snapshot snapshot = trainer.lastSnapshot();
        SnapshotStore.verify(snapshot);
        List<SnapshotManifest> published =
                TopicContents.read(broker.bootstrapServers(), TOPICS.studentSnapshots()).stream()
                        .map(record -> SnapshotManifestCodec.decode(record.value()))
                        .toList();
        assertThat(published).last().isEqualTo(snapshot.manifest());
        assertThat(Digests.sha256(snapshot.directory().resolve("model.safetensors")))
                .isNotEqualTo(Digests.sha256(models.student().resolve("model.safetensors")));
        reopensBitForBit(snapshot.directory());
    }

    @Test
    void run_threePrompts_areAStep() throws Exception {
        Path three = Files.write(
                directory.resolve("three.jsonl"),
                List.of(
                        "{\"messages\":[{\"role\":\"system\",\"content\":\"You tell stories.\"},{\"role\":\"user\","
                                + "\"content\":\"Tell me about a cat.\"}],\"response\":\"Once there was a cat.\"}",
                        "{\"prompt\":\"Once upon a time\",\"response\":\", there was a girl named Lily.\"}",
                        "{\"prompt\":\"One day, a bird\"}"));
        Pipeline.Result result = run(new ConfigLoader(Map.of())
                .load(config("three", three, 0), null, Map.of("traffic.held-out-fraction", "0")));

        assertThat(result.producer().sent()).isEqualTo(3);
        assertThat(result.trainer().steps()).isOne();
        assertThat(result.trainer().records()).isEqualTo(3);
        assertThat(result.trainer().lastSnapshot()).isNotNull();
        assertThat(result.trainer().waiting().isNothing()).isTrue();
        assertThat(TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters()))
                .isEmpty();
        requirePrivate(directory.resolve("broker"));
        StillstreamConfig config = config("three", three, 0);
        Path data = config.dataDirectory();
        requirePrivate(data);
        requirePrivate(data.resolve(config.trainer().dataDirectory()));
        requirePrivate(data.resolve(config.scorer().stateDirectory()));
    }

    private static void requirePrivate(Path directory) throws IOException {
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                    .as(directory.toString())
                    .isEqualTo("rwx------");
        }
    }

    /** Sources that end one after the other, prompts and targets in numbers of partitions that have nothing in common. */
    @ParameterizedTest
    @CsvSource({"4, 1", "2, 5"})
    void run_anyNumbersOfPartitions_trainsOnAllOfEachSource(int partitions, int targetsPartitions) throws Exception {
        Map<String, String> settings = Map.of(
                "kafka.partitions", Integer.toString(partitions),
                "kafka.targets-partitions", Integer.toString(targetsPartitions));
        long trained = 0;
        for (int run = 1; run <= 2; run++) {
            Path lines = directory.resolve("lines-" + run + ".jsonl");
            Files.write(lines, Files.readAllLines(models.prompts()).subList(run * 24, run * 24 + 24));
            Pipeline.Result result = run(new ConfigLoader(Map.of()).load(config("all", lines, 0), null, settings));
            assertThat(result.trainer().records())
                    .isEqualTo(result.producer().sent() - result.producer().heldOut())
                    .isGreaterThan(12);
            assertThat(result.trainer().waiting().isNothing()).isTrue();
            trained += result.trainer().records();
        }
        LedgerAudit.Summary ledger =
                LedgerAudit.of(directory.resolve("all").resolve("trainer")).summary();
        assertThat(ledger.findings()).isEmpty();
        assertThat(ledger.offsets())
                .containsEntry(Disposition.TRAINED, trained)
                .containsEntry(Disposition.END_OF_SOURCE, 2L * partitions * targetsPartitions);
        Pipeline.Result again = run(config("from-the-beginning", Files.createFile(directory.resolve("none")), 0));
        assertThat(again.trainer().records()).isEqualTo(trained);
    }

    @Test
    void run_endsBeforeItsTraffic_saysWhatWaits() throws Exception {
        StillstreamConfig slow = new ConfigLoader(Map.of())
                .load(
                        config("slow", models.prompts(), 0),
                        null,
                        Map.of("traffic.prompts-per-second", "20", "trainer.batches.max-batch-tokens", "100000"));
        Pipeline.Result result;
        try (Interruption interruption = new Interruption()) {
            result = new Pipeline(slow, interruption, progress -> () -> {}, false).run(Duration.ofSeconds(5));
        }
        assertThat(result.producer().stopped()).isTrue();
        assertThat(result.trainer().steps()).isZero();
        long training = result.producer().sent() - result.producer().heldOut();
        assertThat(result.trainer().waiting().records()).isPositive();
        assertThat(result.trainer().waiting().records()
                        + result.trainer().waiting().unread()
                        + result.unscored())
                .isGreaterThanOrEqualTo(training);
    }

    @Test
    void run_promptsThatAnEarlierScorerBuffered_areScoredBeforeItEnds() throws Exception {
        int prompts = 20;
        Path traffic = Files.write(
                directory.resolve("growing.jsonl"),
                Files.readAllLines(models.prompts()).subList(0, prompts));
        StillstreamConfig patient = new ConfigLoader(Map.of())
                .load(
                        config("buffered", traffic, 0),
                        null,
                        Map.of(
                                "traffic.follow", "true",
                                "scorer.linger", "1h",
                                "scorer.max-batch-records", "1000",
                                "scorer.max-batch-tokens", "1000000"));
        try (Telemetry telemetry = Telemetry.start(patient.monitoring(), Stage.PIPELINE);
                Cluster cluster = Cluster.open(patient)) {
            Stages stages = new Stages(patient, cluster.bootstrapServers(), telemetry);
            ProducerStage producer = stages.producer();
            CompletableFuture<ProducerReport> producing = CompletableFuture.supplyAsync(producer::run);
            patiently("all prompts are sent").until(() -> telemetry.progress().sentPrompts() == prompts);
            producer.stop();
            assertThat(producing.join().stopped()).isTrue();
            try (ScorerBacklog backlog = stages.backlog();
                    Teacher teacher = OnnxTeacher.open(patient.teacher());
                    ScorerStage scorer = stages.scorer(teacher)) {
                patiently("all prompts are buffered")
                        .until(() -> telemetry.progress().bufferedPrompts() == prompts);
                scorer.stop(Duration.ofSeconds(30));
                assertThat(backlog.isScored()).isFalse();
                assertThat(backlog.unscored()).hasValue(prompts);
            }
        }
        assertThat(targets()).isEmpty();

        Path noTraffic = Files.createFile(directory.resolve("none.jsonl"));
        Pipeline.Result result = run(config("buffered", noTraffic, 0));

        assertThat(result.producer().sent()).isZero();
        assertThat(targets()).hasSize(prompts);
        assertThat(result.trainer().waiting().isNothing()).isTrue();
        assertThat(result.progress().lag()).containsEntry(TOPICS.teacherTargets(), 0L);
    }

    @Test
    void stagesAlone_sameInput_giveTheSameTargets() throws Exception {
        int prompts = 40;
        StillstreamConfig config = config("apart", models.prompts(), prompts);
        try (Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.PIPELINE);
                Cluster cluster = Cluster.open(config)) {
            Stages stages = new Stages(config, cluster.bootstrapServers(), telemetry);
            assertThat(stages.producer().run().sent()).isEqualTo(prompts);
            try (Teacher teacher = stages.teacher();
                    ScorerStage scorer = stages.scorer(teacher)) {
                patiently("all prompts are scored").until(() -> targets().size() == prompts);
                scorer.stop(Duration.ofSeconds(30));
            }
            try (TrainerStage trainer = stages.trainer()) {
                CompletableFuture<TrainingReport> training = CompletableFuture.supplyAsync(trainer::run);
                patiently("a step is taken, or training is over")
                        .until(() -> trainer.progress().step() > 0 || training.isDone());
                trainer.stop();
                assertThat(training.join().lastSnapshot()).isNotNull();
            }
        }
        Map<String, TeacherTargets> apart = targets();
        broker.close();
        broker = EmbeddedBroker.start(directory.resolve("second-broker"));
        run(config("together", models.prompts(), prompts));
        Map<String, TeacherTargets> together = targets();
        assertThat(apart.keySet()).isEqualTo(together.keySet());
        apart.forEach((id, target) -> {
            TeacherTargets other = together.get(id);
            assertThat(target.responseText()).as("response to %s", id).isEqualTo(other.responseText());
            assertThat(target.split()).isEqualTo(other.split());
            assertThat(target.teacher()).isEqualTo(other.teacher());
        });
    }

    @Test
    void run_badInput_isDeadLetteredAndTheStreamGoesOn() throws Exception {
        List<String> good = Files.readAllLines(models.prompts()).subList(0, 20);
        List<byte[]> lines = new ArrayList<>();
        lines.add("{\"id\":\"broken\",".getBytes(StandardCharsets.UTF_8));
        good.forEach(line -> lines.add(line.getBytes(StandardCharsets.UTF_8)));
        lines.add("{\"id\":\"empty\",\"prompt\":\"  \"}".getBytes(StandardCharsets.UTF_8));
        lines.add(good.get(0).getBytes(StandardCharsets.UTF_8));
        lines.add(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'});
        lines.add(("{\"id\":\"huge\",\"prompt\":\"" + "x".repeat(10 << 20) + "\"}").getBytes(StandardCharsets.UTF_8));
        lines.add(("{\"id\":\"long\",\"prompt\":\"" + "so ".repeat(2000) + "\"}").getBytes(StandardCharsets.UTF_8));
        Path traffic = directory.resolve("bad.jsonl");
        try (var out = Files.newOutputStream(traffic)) {
            for (byte[] line : lines) {
                out.write(line);
                out.write('\n');
            }
        }
        run(config("bad", traffic, 0));

        assertThat(targets()).hasSize(good.size());
        List<ConsumerRecord<byte[], byte[]>> records =
                TopicContents.read(broker.bootstrapServers(), TOPICS.deadLetters());
        Map<Long, DeadLetter> byLine = records.stream()
                .map(record -> DeadLetter.fromHeaders(TopicContents.headers(record)))
                .filter(letter -> letter.stage().equals("producer"))
                .collect(Collectors.toMap(DeadLetter::offset, letter -> letter));
        assertThat(byLine.keySet()).containsExactlyInAnyOrder(1L, 22L, 23L, 24L, 25L);
        assertThat(byLine.get(23L).rejection().detail()).contains("the file had the id before");
        assertThat(records)
                .map(record -> DeadLetter.fromHeaders(TopicContents.headers(record)))
                .filteredOn(letter -> letter.stage().equals("teacher-scorer"))
                .singleElement()
                .satisfies(letter -> {
                    assertThat(letter.topic()).isEqualTo(TOPICS.prompts());
                    assertThat(letter.rejection().detail()).contains("context window");
                });
    }

    private Pipeline.Result run(StillstreamConfig config) {
        try (Interruption interruption = new Interruption()) {
            return new Pipeline(config, interruption, progress -> () -> {}, false).run(null);
        }
    }

    private StillstreamConfig config(String name, Path prompts, int limit) {
        StillstreamConfig demo = DemoConfig.of(directory.resolve(name), models);
        Map<String, String> settings = Map.of(
                "kafka.bootstrap-servers", broker.bootstrapServers(),
                "monitoring.port", "0",
                "traffic.source", prompts.toString(),
                "traffic.limit", Integer.toString(limit),
                "traffic.repeat", "1",
                "traffic.max-in-flight", "0",
                "teacher.generation.max-tokens", "24",
                "teacher.generation.temperature", "0",
                "trainer.batches.max-batch-tokens", "512");
        return new ConfigLoader(Map.of()).load(demo, null, settings);
    }

    private Map<String, TeacherTargets> targets() {
        return TopicContents.read(broker.bootstrapServers(), TOPICS.teacherTargets()).stream()
                .filter(record -> !TargetsRecord.isEndOfSource(record))
                .map(record -> TeacherTargetsCodec.decode(record.value()))
                .collect(Collectors.toMap(TeacherTargets::promptId, target -> target));
    }

    private void reopensBitForBit(Path snapshot) throws Exception {
        Path again = directory.resolve("again");
        try (Student student = Student.load(snapshot)) {
            student.save(again);
        }
        assertThat(again.resolve("model.safetensors")).hasSameBinaryContentAs(snapshot.resolve("model.safetensors"));
        assertThat(again.resolve("tokenizer.json")).hasSameBinaryContentAs(snapshot.resolve("tokenizer.json"));
    }

    private static ConditionFactory patiently(String what) {
        return await(what).atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(200));
    }
}
