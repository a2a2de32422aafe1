package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.Topics;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.codec.SnapshotManifestCodec;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.monitoring.MonitoringConfig;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.TinyT5;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.CheckpointStore;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.checkpoint.TrainerState;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.loop.TestingTopic.TestingConsumer;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.report.TrainingReport;
import io.stillstream.trainer.rewind.Rewind;
import io.stillstream.trainer.rewind.RewindOrders;
import io.stillstream.trainer.source.TargetsRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Training that is interrupted, however that happens, ends as training that is not. */
final class ResumeTest {

    private static final TestingTopic TOPIC = TestingTopic.of(3, 260, 5);
    /** About five records. */
    private static final int STEP_TOKENS = 100;

    @TempDir
    private Path root;

    private Telemetry telemetry;
    private Path student;
    private Clock clock = Clock.systemUTC();
    private String topicId = "first";
    private int keptSnapshots = 5;
    private int snapshotEverySteps = 15;
    private LoraConfig lora = LoraConfig.none();
    private String device = "cpu";
    private TrainerConfig.Batches batches = TestingConfig.batches(STEP_TOKENS);

    @BeforeEach
    void prepare() {
        telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.TRAINER);
        student = TinyStudent.at(root.resolve("student"));
    }

    @AfterEach
    void close() {
        telemetry.close();
    }

    @Test
    void run_recordsComeInAnotherOrder_givesTheSameBytesAndTheSameLedger() throws IOException {
        Snapshot one = train("one", TOPIC, 1);
        Snapshot other = train("other", TOPIC, 2);
        assertThat(one.manifest().step()).isGreaterThan(25);
        assertThat(other.manifest().files()).isEqualTo(one.manifest().files());
        assertThat(runs("other")).isEqualTo(runs("one"));
        assertAccounted("one");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void run_crashedAgainAndAgain_endsWithTheSameBytes(long seed) {
        Snapshot straight = train("straight", TOPIC, 1);
        var random = new Random(seed);
        int crashes = 0;
        for (int i = 0; i < 6; i++) {
            crashes += crash("crashed", random.nextLong(), 3 + random.nextInt(40)) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(2);
        Snapshot after = train("crashed", TOPIC, seed);
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(after.manifest().offsets()).isEqualTo(straight.manifest().offsets());
        assertThat(after.manifest().evaluation()).isEqualTo(straight.manifest().evaluation());
        assertThat(checkpoint("crashed", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight).manifest().files());
        assertAccounted("crashed");
    }

    @ParameterizedTest
    @ValueSource(longs = {1})
    void run_studentWrittenTextsAmongOthersCrashedAgainAndAgain_endsWithTheSameBytesAndLedger(long seed)
            throws IOException {
        TestingTopic mixed = TestingTopic.mixed(3, 260, 5, tokenizerHash());
        Snapshot straight = run(spelled("straight"), mixed.consumer(1, 0)).lastSnapshot();
        assertThat(straight).isNotNull();
        var random = new Random(seed);
        int crashes = 0;
        for (int i = 0; i < 6; i++) {
            crashes += crash(spelled("crashed"), mixed.consumer(random.nextLong(), 0), 3 + random.nextInt(40)) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(2);
        Snapshot after = run(spelled("crashed"), mixed.consumer(seed, 0)).lastSnapshot();
        assertThat(after).isNotNull();
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(after.manifest().offsets()).isEqualTo(straight.manifest().offsets());
        assertThat(checkpoint("crashed", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight).manifest().files());
        assertThat(runs("crashed")).isEqualTo(runs("straight"));
        assertAccounted("crashed");
        Map<Disposition, Long> offsets =
                LedgerAudit.of(root.resolve("crashed")).summary().offsets();
        assertThat(offsets.get(Disposition.BEYOND_SHARE)).isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(longs = {1})
    void run_sourcesEndCrashedAgainAndAgain_endsWithTheSameBytesAndLedger(long seed) {
        TestingTopic ending = TestingTopic.ending(3, 260, 5);
        TrainingReport straight = run(config("straight"), ending.consumer(1, 0));
        assertThat(straight.waiting().isNothing()).isTrue();
        assertThat(straight.lastSnapshot()).isNotNull();
        assertThat(straight.lastSnapshot().manifest().offsets().values().stream()
                        .mapToLong(Long::longValue)
                        .sum())
                .isEqualTo(ending.ends().values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
        assertThat(runs("straight")).last().asString().containsPattern(", e\\d:\\d+-\\d+\\]\\]$");
        var random = new Random(seed);
        int crashes = 0;
        for (int i = 0; i < 12; i++) {
            crashes += crash(config("crashed"), ending.consumer(random.nextLong(), 0), 3 + random.nextInt(20)) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(5);
        Snapshot after = run(config("crashed"), ending.consumer(seed, 0)).lastSnapshot();
        assertThat(after).isNotNull();
        assertThat(after.manifest().files())
                .isEqualTo(straight.lastSnapshot().manifest().files());
        assertThat(checkpoint("crashed", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight.lastSnapshot())
                        .manifest()
                        .files());
        assertThat(runs("crashed")).isEqualTo(runs("straight"));
        assertAccounted("crashed");
    }

    @Test
    void rewind_betweenTheMarkersOfAnEnd_endsTheSourceAsBefore() {
        keptSnapshots = 100;
        TestingTopic ending = TestingTopic.ending(3, 260, 5);
        TrainingReport before = run(config("data"), ending.consumer(1, 0));
        Snapshot target = new SnapshotStore(root.resolve("data"), Clock.systemUTC())
                .list().stream()
                        .filter(snapshot -> !TrainerState.read(
                                        checkpoint("data", snapshot).trainerDirectory())
                                .incompleteEnds()
                                .isEmpty())
                        .findFirst()
                        .orElseThrow();
        new Rewind(root.resolve("data")).to(target.manifest().id(), List.of(), false);
        TrainingReport again = run(config("data"), ending.consumer(2, 0));
        assertThat(again.waiting().isNothing()).isTrue();
        assertThat(again.lastSnapshot()).isNotNull();
        assertThat(before.lastSnapshot()).isNotNull();
        assertThat(again.lastSnapshot().manifest().files())
                .isEqualTo(before.lastSnapshot().manifest().files());
        assertAccounted("data");
    }

    @Test
    void run_sourceDoesNotEnd_saysHowManyRecordsWait() {
        TrainingReport report = run(config("data"), TOPIC.consumer(1, 0));
        assertThat(report.waiting().records()).isPositive();
        assertThat(report.waiting().unread()).isZero();
        assertThat(report.waiting().summary())
                .matches("\\d read, until they fill a step \\(\\d+ of 100 tokens\\) or their source ends");
        assertThat(report.waiting().tokens()).isLessThanOrEqualTo(STEP_TOKENS);
    }

    @Test
    void run_givenTexts_trustsTheTeacherByHeldOutOnes() {
        TestingTopic mixed = TestingTopic.mixed(3, 260, 5, tokenizerHash());
        Snapshot byEvidence = run(spelled("evidence"), mixed.consumer(1, 0)).lastSnapshot();
        Snapshot byHalf =
                run(spelled("half", trustBytes(0)), mixed.consumer(1, 0)).lastSnapshot();
        assertThat(byEvidence).isNotNull();
        assertThat(byHalf).isNotNull();
        TrainerState state =
                TrainerState.read(checkpoint("evidence", byEvidence).trainerDirectory());
        assertThat(state.teacherLead()).isNotNull().isNegative();
        assertThat(byEvidence.manifest().evaluation()).containsKey("held_out_teacher_lead");
        assertThat(byEvidence.manifest().files()).isNotEqualTo(byHalf.manifest().files());
    }

    private static LossConfig trustBytes(int bytes) {
        MultiLevelOt usual = MultiLevelOt.of(MultiLevelOt.Variant.SPELLED);
        return LossConfig.crossEntropyAlone()
                .with(new MultiLevelOt(
                        usual.variant(),
                        usual.matching(),
                        null,
                        usual.alphaGiven(),
                        bytes,
                        null,
                        null,
                        null,
                        usual.k(),
                        usual.temperatureSequential(),
                        usual.temperatureSinkhorn(),
                        usual.lambda(),
                        null,
                        usual.ramp()));
    }

    @Test
    void run_studentWrittenTextsBeyondTheShareRepeatedFromTheLedger_passesOverTheSame() {
        TestingTopic mixed = TestingTopic.mixed(3, 260, 5, tokenizerHash());
        TrainerConfig.Checkpoints none = new TrainerConfig.Checkpoints(0, Duration.ZERO, 1, 1);
        LossConfig loss = LossConfig.multiLevelOt(MultiLevelOt.Variant.SPELLED);
        TrainerConfig.Evaluations evaluations = new TrainerConfig.Evaluations(6, 6);
        TestingConsumer early = mixed.consumer(1, 45);
        assertThatThrownBy(() -> run(config("listed", loss, List.of(), evaluations, none), early, stage -> {
                    throw new IllegalStateException("crashed");
                }))
                .hasMessage("crashed");
        List<String> before = runs("listed");
        assertThat(before).hasSizeGreaterThan(5).anyMatch(run -> run.contains("b"));
        run(spelled("listed"), mixed.consumer(2, 0));
        assertThat(runs("listed").subList(0, before.size())).isEqualTo(before);
        assertAccounted("listed");
    }

    @Test
    void rewind_overARangeWithStudentWrittenTexts_endsAsIfTheRangeHadNeverBeen() {
        TestingTopic mixed = TestingTopic.mixed(1, 260, 7, tokenizerHash());
        run(spelled("data"), mixed.consumer(1, 0));
        List<Snapshot> snapshots = new SnapshotStore(root.resolve("data"), Clock.systemUTC()).list();
        Snapshot target = snapshots.get(snapshots.size() - 1);
        long from = target.manifest().offsets().get("teacher-targets-0") + 3;
        OffsetRange removed = new OffsetRange(0, from, from + 20);
        new Rewind(root.resolve("data")).to(target.manifest().id(), List.of(removed), false);
        Snapshot after = run(spelled("data"), mixed.consumer(2, 0)).lastSnapshot();
        TestingTopic rest = mixed.without(record -> removed.holds(record.partition(), record.offset()));
        Snapshot straight = run(spelled("straight"), rest.consumer(3, 0)).lastSnapshot();
        assertThat(after).isNotNull();
        assertThat(straight).isNotNull();
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
    }

    @Test
    void run_lossWithoutTransport_passesOverEveryTextThatAStudentWrote() {
        TestingTopic mixed = TestingTopic.mixed(3, 260, 5, tokenizerHash());
        run(config("data", LossConfig.crossEntropyAlone(), List.of()), mixed.consumer(1, 0));
        run(spelled("spelled"), mixed.consumer(1, 0));
        long without = LedgerAudit.of(root.resolve("data")).summary().offsets().get(Disposition.BEYOND_SHARE);
        long with = LedgerAudit.of(root.resolve("spelled")).summary().offsets().get(Disposition.BEYOND_SHARE);
        assertThat(without).isGreaterThan(with).isGreaterThan(60);
        assertAccounted("data");
    }

    @Test
    void run_clockIsSetBackBetweenStarts_endsWithTheSameBytesAndTheNewestCheckpointCounts() {
        Snapshot straight = train("straight", TOPIC, 1);
        assertThat(crash("set-back", 3, 25)).isTrue();
        clock = Clock.offset(clock, Duration.ofHours(-1));
        assertThat(crash("set-back", 4, 25)).isTrue();
        clock = Clock.offset(clock, Duration.ofDays(-1));
        Snapshot after = train("set-back", TOPIC, 5);
        assertThat(after.manifest().createdAt())
                .isBefore(straight.manifest().createdAt().minus(Duration.ofDays(1)));
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(after.manifest().offsets()).isEqualTo(straight.manifest().offsets());
        assertAccounted("set-back");
    }

    @Test
    void run_topicWasRecreated_refusesAndNamesBothUnlessAccepted() {
        train("data", TOPIC, 1);
        topicId = "second";
        assertThatThrownBy(() -> run(config("data"), TOPIC.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("its id is second and was first")
                .hasMessageContaining("trainer.accept-changes=topic");
        TrainerConfig accepting = config("data", LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), List.of("topic"));
        run(accepting, TOPIC.consumer(1, 0));
        run(config("data"), TOPIC.consumer(1, 0));
    }

    /** All was read, and behind the last step is the marker of a transaction alone: retention then takes that too. */
    @Test
    void run_topicExpiredBehindTheLastStep_endsWithTheSameBytes() {
        TestingTopic ending = TestingTopic.ending(1, 260, 5);
        long marker = lastMarker(ending, "first") + 1;
        TestingTopic whole = ending.without(record -> record.offset() == marker);
        Snapshot straight = train("straight", whole, 1);
        train("data", whole.upTo(marker + 1), 2);
        assertThat(passed("data")).containsExactly("[n0:" + marker + "-" + marker + "]");
        // Nothing is left at first.
        run(config("data"), whole.upTo(marker + 1).from(marker + 1).consumer(3, 0));
        Snapshot after = train("data", whole.from(marker + 1), 4);
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(after.manifest().offsets()).isEqualTo(straight.manifest().offsets());
        assertThat(checkpoint("data", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight).manifest().files());
        assertThat(runs("data")).isEqualTo(runs("straight"));
        assertAccounted("data");
    }

    /** The champion is where training stands: it can be gone back to as well. */
    @Test
    void rewind_toTheLastStepOfATopicThatExpired_goesOn() {
        TestingTopic ending = TestingTopic.ending(1, 260, 5);
        long marker = lastMarker(ending, "first") + 1;
        TestingTopic whole = ending.without(record -> record.offset() == marker);
        Snapshot last = train("data", whole.upTo(marker + 1), 2);
        new Rewind(root.resolve("data")).to(last.manifest().id(), List.of(), false);
        Snapshot straight = train("straight", whole, 1);
        assertThat(train("data", whole.from(marker + 1), 4).manifest().files())
                .isEqualTo(straight.manifest().files());
        assertAccounted("data");
    }

    @Test
    void run_recordsDeletedBeforeTheyWereTrainedOn_refusesUnlessAcceptedAndListsThem() {
        TestingTopic one = TestingTopic.of(1, 260, 5);
        long next = train("data", one.upTo(120), 1).manifest().offsets().get("teacher-targets-0");
        assertThat(next).isLessThan(150);
        TestingTopic rest = one.from(150);
        assertThatThrownBy(() -> run(config("data"), rest.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("records " + next + " to 149 of teacher-targets-0 were deleted")
                .hasMessageContaining("trainer.accept-changes=deleted-records");
        LossConfig loss = LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER);
        assertThat(run(config("data", loss, List.of("deleted-records")), rest.consumer(1, 10))
                        .steps())
                .isPositive();
        assertThat(passed("data")).contains("[d0:" + next + "-149]");
        assertAccounted("data");
        assertThat(LedgerAudit.of(root.resolve("data")).summary().offsets())
                .containsEntry(Disposition.DELETED, 150 - next);
        // Accepted once, whatever the setting is by then.
        run(config("data"), rest.consumer(2, 0));
        assertAccounted("data");
    }

    @Test
    void run_recordsOfStepsBehindTheCheckpointDeleted_abandonsTheseStepsWhereAccepted() {
        snapshotEverySteps = 1000;
        TestingTopic one = TestingTopic.of(1, 260, 5);
        assertThatThrownBy(() -> run(withoutCheckpoints("data"), one.consumer(1, 45), stage -> {
                    throw new IllegalStateException("crashed");
                }))
                .hasMessage("crashed");
        assertThat(runs("data")).hasSizeGreaterThan(5);
        TestingTopic rest = one.from(100);
        assertThatThrownBy(() -> run(config("data"), rest.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("records 0 to 99 of teacher-targets-0 were deleted");
        LossConfig loss = LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER);
        assertThat(run(config("data", loss, List.of("deleted-records")), rest.consumer(1, 0))
                        .lastSnapshot())
                .isNotNull();
        assertAccounted("data");
        assertThat(LedgerAudit.of(root.resolve("data")).lineage().branches()).isEqualTo(2);
    }

    /** The offset at which a source with markers in one partition was at its end. */
    private static long lastMarker(TestingTopic topic, String source) {
        return topic.records(0).stream()
                .filter(TargetsRecord::isEndOfSource)
                .filter(record -> EndOfSourceCodec.decode(record.value()).id().equals(source))
                .mapToLong(ConsumerRecord::offset)
                .max()
                .orElseThrow();
    }

    private List<String> passed(String data) {
        return LedgerAudit.of(root.resolve(data)).lines().stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Passed)
                .map(line -> ((LedgerEntry.Passed) line.entry()).runs().toString())
                .toList();
    }

    /** A step is repeated with what it was made of, whatever the journal says by then. */
    @Test
    void run_recordThatKilledTheProcessTwice_isPoisonInEveryRepetition() throws IOException {
        die("twin", 0);
        Snapshot twin = train("twin", TOPIC, 1);
        DispositionRun early = LedgerAudit.of(root.resolve("twin")).lines().stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Stepped stepped && stepped.step() == 2)
                .flatMap(line -> ((LedgerEntry.Stepped) line.entry()).runs().stream())
                .filter(run -> run.disposition() == Disposition.TRAINED && run.partition() == 1)
                .findFirst()
                .orElseThrow();
        List<Snapshot> ends = new ArrayList<>();
        for (String data : List.of("counted", "forgotten")) {
            die(data, early.first());
            die(data, early.first());
            assertThatThrownBy(() -> run(withoutCheckpoints(data), TOPIC.consumer(1, 45), stage -> {
                        throw new IllegalStateException("crashed");
                    }))
                    .hasMessage("crashed");
            if (data.equals("forgotten")) {
                delete(root.resolve(data).resolve("crashes"));
            }
            List<String> before = runs(data);
            assertThat(before).hasSizeGreaterThan(5);
            ends.add(train(data, TOPIC, 2));
            assertThat(runs(data).subList(0, before.size())).isEqualTo(before);
            assertThat(LedgerAudit.of(root.resolve(data)).summary().offsets()).containsEntry(Disposition.POISON, 1L);
            assertAccounted(data);
        }
        assertThat(ends.get(1).manifest().files())
                .isEqualTo(ends.get(0).manifest().files());
        assertThat(ends.get(0).manifest().files()).isNotEqualTo(twin.manifest().files());
    }

    /** A process that is killed in a step proves nothing against the step's records. */
    @Test
    void run_killedInAStepAndInTheTrialOfItsRecords_endsWithTheSameBytes() throws IOException {
        Snapshot straight = train("straight", TOPIC, 1);
        assertThat(crash("killed", 3, 30)).isTrue();
        DispositionRun last = trainedOn("killed", Long.MAX_VALUE);
        die("killed", "crashes/steps", last.first());
        die("killed", "crashes/steps", last.first());
        die("killed", "crashes/alone", last.first());
        Snapshot after = train("killed", TOPIC, 2);
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(checkpoint("killed", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight).manifest().files());
        assertThat(runs("killed")).isEqualTo(runs("straight"));
        assertThat(root.resolve("killed/crashes/steps/counts")).content().hasLineCount(1);
        assertThat(root.resolve("killed/crashes/alone/counts")).content().hasLineCount(1);
    }

    /** Where no checkpoint is there yet, training goes back to its beginning. */
    @Test
    void run_recordEndedTheProcessTwiceAlone_endsAsIfItHadNeverBeenTrainedOn() throws IOException {
        snapshotEverySteps = 0;
        assertThatThrownBy(() -> run(withoutCheckpoints("data"), TOPIC.consumer(1, 45), stage -> {
                    throw new IllegalStateException("crashed");
                }))
                .hasMessage("crashed");
        DispositionRun early = trainedOn("data", 2);
        die("data", "crashes/alone", early.first());
        die("data", "crashes/alone", early.first());
        assertThat(crash("data", 4, 25)).isTrue();
        Snapshot after = train("data", TOPIC, 2);
        die("straight", early.first());
        die("straight", early.first());
        assertThat(after.manifest().files())
                .isEqualTo(train("straight", TOPIC, 3).manifest().files());
        assertThat(LedgerAudit.of(root.resolve("data")).summary().offsets()).containsEntry(Disposition.POISON, 1L);
        assertAccounted("data");
    }

    /** Some records of partition 1 in the last step up to this one. */
    private DispositionRun trainedOn(String data, long step) {
        List<DispositionRun> runs = LedgerAudit.of(root.resolve(data)).lines().stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Stepped stepped && stepped.step() <= step)
                .flatMap(line -> ((LedgerEntry.Stepped) line.entry()).runs().stream())
                .filter(run -> run.disposition() == Disposition.TRAINED && run.partition() == 1)
                .toList();
        return runs.get(runs.size() - 1);
    }

    private void die(String data, long offset) throws IOException {
        die(data, "crashes", offset);
    }

    /** As a process that runs out of memory at a record of partition 1. */
    private void die(String data, String journals, long offset) throws IOException {
        CrashJournal journal =
                CrashJournal.open(root.resolve(data).resolve(journals), Samples.TOPIC + " " + topicId, 2);
        assertThatThrownBy(() -> journal.process(List.of(new PartitionOffset(1, offset)), () -> {
                    throw new OutOfMemoryError("of the record");
                }))
                .isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void run_manifestOfTheNewestCheckpointRewritten_resumesFromTheOneBefore() throws IOException {
        Snapshot straight = train("straight", TOPIC, 1);
        assertThat(crash("data", 3, 25)).isTrue();
        List<Snapshot> checkpoints = new CheckpointStore(root.resolve("data"), Clock.systemUTC()).list();
        assertThat(checkpoints).hasSizeGreaterThan(1);
        SnapshotManifest old = checkpoints.get(0).manifest();
        Files.write(
                checkpoints.get(0).directory().resolve(Snapshot.MANIFEST),
                SnapshotManifestCodec.encode(new SnapshotManifest(
                        old.id(),
                        old.step(),
                        old.files(),
                        Map.of("teacher-targets-0", 0L, "teacher-targets-1", 0L, "teacher-targets-2", 0L),
                        old.teacher(),
                        old.tokenizer(),
                        old.chatTemplate(),
                        old.loss(),
                        old.evaluation(),
                        old.createdAt(),
                        old.newestRecordAt(),
                        old.writer())));
        assertThat(train("data", TOPIC, 2).manifest().files())
                .isEqualTo(straight.manifest().files());
        assertAccounted("data");
    }

    @Test
    void run_crashedWithStepsThatOnlyTheLedgerKnows_repeatsThemAsListed() {
        // The first part of the stream looks like all of it: partitions at their end are not waited for, and what comes
        // later would come earlier if it were there. Only the ledger knows what was decided.
        TestingConsumer early = TOPIC.consumer(1, 45);
        assertThatThrownBy(() -> run(withoutCheckpoints("listed"), early, stage -> {
                    throw new IllegalStateException("crashed");
                }))
                .hasMessage("crashed");
        LedgerAudit before = LedgerAudit.of(root.resolve("listed"));
        assertThat(before.summary().steps()).isGreaterThan(5);
        train("listed", TOPIC, 2);
        LedgerAudit after = LedgerAudit.of(root.resolve("listed"));
        List<LedgerAudit.Line> listed = new ArrayList<>(before.lines());
        listed.remove(0);
        assertThat(after.lines()).containsSubsequence(listed);
        assertAccounted("listed");
        train("straight", TOPIC, 2);
        assertThat(LedgerAudit.of(root.resolve("straight")).lines())
                .extracting(LedgerAudit.Line::entry)
                .doesNotContainSequence(
                        listed.stream().map(LedgerAudit.Line::entry).toList());
    }

    @Test
    void open_damagedInAnyFile_goesOnFromTheCheckpointBefore() throws IOException {
        Snapshot last = train("data", TOPIC, 1);
        Snapshot checkpoint = checkpoint("data", last);
        var random = new Random(3);
        var store = new CheckpointStore(root.resolve("data"), Clock.systemUTC());
        List<String> names = new ArrayList<>(checkpoint.manifest().files().keySet());
        names.add(Snapshot.MANIFEST);
        assertThat(names).contains("trainer/optimizer.safetensors", "trainer/state.json", "trainer/held-out.bin");
        for (String name : names) {
            Path file = checkpoint.directory().resolve(name);
            byte[] whole = Files.readAllBytes(file);
            for (int i = 0; i < 24; i++) {
                byte[] flipped = whole.clone();
                flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, flipped);
                assertThat(store.newestValid(each -> true))
                        .as(name)
                        .get()
                        .extracting(found -> found.manifest().step())
                        .isNotEqualTo(checkpoint.manifest().step());
            }
            Files.write(file, whole);
        }
        assertThat(store.newestValid(each -> true)).contains(checkpoint);
    }

    @Test
    void run_crashedBetweenACheckpointAndItsSnapshot_publishesTheSnapshot() throws IOException {
        Snapshot last = train("data", TOPIC, 1);
        var store = new SnapshotStore(root.resolve("data"), Clock.systemUTC());
        List<Long> steps = steps(store);
        assertThat(steps).hasSizeGreaterThan(2);
        assertThat(last.manifest().step() % 15).isNotZero();
        // As a crash in the middle of publishing the last but one left it: with its checkpoint, but not there itself.
        deleteAbove(last.manifest().step() - last.manifest().step() % 15);
        assertThat(steps(store)).hasSize(steps.size() - 2);
        Snapshot again = train("data", TOPIC, 2);
        assertThat(steps(store)).isEqualTo(steps);
        assertThat(again.manifest().files()).isEqualTo(last.manifest().files());
    }

    @Test
    void rewind_withAQuarantinedRange_endsAsIfTheRangeHadNeverBeen() {
        Snapshot last = train("data", TOPIC, 1);
        List<Snapshot> snapshots = new SnapshotStore(root.resolve("data"), Clock.systemUTC()).list();
        Snapshot target = snapshots.get(snapshots.size() - 1);
        assertThat(target.manifest().step()).isLessThan(last.manifest().step() - 10);
        long from = target.manifest().offsets().get("teacher-targets-1") + 3;
        var range = new OffsetRange(1, from, from + 20);

        Rewind.Result result =
                new Rewind(root.resolve("data")).to(target.manifest().id(), List.of(range), false);
        assertThat(result.step()).isEqualTo(target.manifest().step());
        assertThat(result.abandonedSteps())
                .isEqualTo(last.manifest().step() - target.manifest().step());
        Snapshot rewound = train("data", TOPIC, 2);

        TestingTopic never = TOPIC.without(record -> range.holds(record.partition(), record.offset()));
        Snapshot clean = train("clean", never, 3);
        assertThat(rewound.manifest().files()).isEqualTo(clean.manifest().files());
        assertThat(rewound.manifest().files()).isNotEqualTo(last.manifest().files());

        LedgerAudit audit = LedgerAudit.of(root.resolve("data"));
        assertThat(audit.summary().findings()).isEmpty();
        // Offsets at the range's ends that have no record are listed as such.
        LongSummaryStatistics inRange = TOPIC.records(1).stream()
                .mapToLong(ConsumerRecord::offset)
                .filter(offset -> range.holds(1, offset))
                .summaryStatistics();
        assertThat(audit.summary().offsets())
                .containsEntry(Disposition.SKIPPED, inRange.getMax() - inRange.getMin() + 1);
        assertThat(audit.lineage().branches()).isEqualTo(2);
        assertThat(audit.stepsOf(1, from)).hasSize(2);

        // And back to the branch that was abandoned.
        new Rewind(root.resolve("data")).to(last.manifest().id(), List.of(), true);
        Snapshot back = train("data", TOPIC, 4);
        assertThat(back.manifest().files()).isEqualTo(last.manifest().files());
        assertThat(LedgerAudit.of(root.resolve("data")).summary().findings()).isEmpty();
    }

    @Test
    @Tag("heavy")
    void rewind_aThousandRecordsBackOverAQuarantinedHundred_endsAsIfTheseHadNeverBeen() {
        keptSnapshots = 100;
        TestingTopic longer = TestingTopic.of(3, 1400, 9);
        Snapshot last = train("data", longer, 1);
        Snapshot target = new SnapshotStore(root.resolve("data"), Clock.systemUTC())
                .list().stream()
                        .filter(snapshot -> offsets(last) - offsets(snapshot) >= 1000)
                        .max(Comparator.comparingLong(
                                snapshot -> snapshot.manifest().step()))
                        .orElseThrow();
        long from = target.manifest().offsets().get("teacher-targets-1") + 40;
        var range = new OffsetRange(1, from, from + 99);

        new Rewind(root.resolve("data")).to(target.manifest().id(), List.of(range), false);
        Snapshot rewound = train("data", longer, 2);
        Snapshot clean = train("clean", longer.without(record -> range.holds(record.partition(), record.offset())), 3);
        assertThat(rewound.manifest().files()).isEqualTo(clean.manifest().files());
        assertThat(rewound.manifest().files()).isNotEqualTo(last.manifest().files());
        assertAccounted("data");
    }

    private static long offsets(Snapshot snapshot) {
        return snapshot.manifest().offsets().values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    @Test
    void rewind_rangeThatWasTrainedOnAlready_isRefused() {
        Snapshot last = train("data", TOPIC, 1);
        assertThatThrownBy(() -> new Rewind(root.resolve("data"))
                        .to("candidate", List.of(new OffsetRange(0, 0, 5), new OffsetRange(7, 0, 5)), false))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("0@0..5 begins before offset")
                .hasMessageContaining(last.manifest().id())
                .hasMessageContaining("partition 7 of the range 7@0..5 does not exist; expected one of [0, 1, 2]");
        assertThatThrownBy(() -> new Rewind(root.resolve("data")).to("nonsense", List.of(), false))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("'nonsense' is no snapshot")
                .hasMessageContaining(last.manifest().id());
    }

    @Test
    void open_changedLossOrTokenizer_refusesAndNamesBothUnlessAccepted() throws IOException {
        train("data", TOPIC, 1);
        TrainerConfig other = config("data", LossConfig.crossEntropyAlone(), List.of());
        assertThatThrownBy(() -> run(other, TOPIC.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("the loss has changed")
                .hasMessageContaining(" and was ")
                .hasMessageContaining("trainer.accept-changes=loss");
        run(config("data", LossConfig.crossEntropyAlone(), List.of("loss")), TOPIC.consumer(1, 0));

        Path tokenizer = student.resolve("tokenizer.json");
        Files.writeString(tokenizer, Files.readString(tokenizer) + "\n");
        TrainerConfig again = config("data", LossConfig.crossEntropyAlone(), List.of());
        assertThatThrownBy(() -> run(again, TOPIC.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("the tokenizer in " + student)
                .hasMessageContaining("trainer.accept-changes=tokenizer");
    }

    @Test
    void run_adapterWithDropoutCrashedAgainAndAgain_endsWithTheSameBytes() {
        lora = new LoraConfig(2, 4, 0.2, List.of(LoraConfig.ALL_LINEAR), List.of("norm"), true, 3);
        Snapshot straight = train("straight", TOPIC, 1);
        assertThat(straight.manifest().files())
                .containsKeys("adapter_model.safetensors", "adapter_config.json", "tokenizer.json")
                .doesNotContainKeys("model.safetensors", "config.json");
        var random = new Random(4);
        int crashes = 0;
        for (int i = 0; i < 6; i++) {
            crashes += crash("crashed", random.nextLong(), 3 + random.nextInt(40)) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(2);
        Snapshot after = train("crashed", TOPIC, 4);
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(checkpoint("crashed", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight).manifest().files());
        assertAccounted("crashed");
    }

    /** On two devices, too: how many compute changes no byte. */
    @Test
    void run_encoderAndDecoderCrashedOnSeveralDevices_endsWithTheBytesOfOne() {
        student = TinyT5.at(root.resolve("t5"));
        batches = new TrainerConfig.Batches(STEP_TOKENS / 3, 3, 64, false, Duration.ofSeconds(1), 0.25);
        Snapshot straight = train("straight", TOPIC, 1);
        assertThat(straight.manifest().step()).isGreaterThan(15);
        device = "cpu,cpu";
        var random = new Random(6);
        int crashes = 0;
        for (int i = 0; i < 4; i++) {
            crashes += crash("crashed", random.nextLong(), 3 + random.nextInt(40)) ? 1 : 0;
        }
        assertThat(crashes).isGreaterThan(1);
        Snapshot after = train("crashed", TOPIC, 4);
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertThat(checkpoint("crashed", after).manifest().files())
                .isEqualTo(checkpoint("straight", straight).manifest().files());
        assertAccounted("crashed");
    }

    @Test
    void open_changedAdapterSettings_refusesAndNamesBoth() {
        lora = new LoraConfig(2, 4, 0, List.of("q_proj"), List.of(), false, 0);
        train("data", TOPIC, 1);
        lora = new LoraConfig(2, 8, 0, List.of("q_proj"), List.of(), false, 0);
        assertThatThrownBy(() -> run(config("data"), TOPIC.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("trainer.lora is LoraConfig[rank=2, alpha=8.0")
                .hasMessageContaining("and was LoraConfig[rank=2, alpha=4.0")
                .hasMessageContaining("trainer.accept-changes=lora");
        lora = LoraConfig.none();
        assertThatThrownBy(() -> run(config("data"), TOPIC.consumer(1, 0)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("trainer.lora is none");
    }

    @Test
    void config_unknownChange_isRefused() {
        assertThatThrownBy(() -> config("data", LossConfig.defaults(), List.of("weather")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessage(
                        "accept-changes is 'weather'; expected any of loss, teacher, tokenizer, template, partitions, topic, student, lora, deleted-records");
    }

    @Test
    void run_checkpointsCannotBeWritten_stopsAfterAFewAndNothingHalfWrittenStays() throws IOException {
        // A file in the way of every checkpoint's directory is what a disk that takes nothing is, and the same
        // everywhere.
        Path checkpoints = root.resolve("data/checkpoints");
        assertThatThrownBy(
                        () -> run(config("data"), TOPIC.consumer(1, 0), TrainerStage::stop, () -> block(checkpoints)))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("training stops: 2 checkpoints or snapshots in a row could not be written")
                .hasMessageContaining(checkpoints.toString());
        Files.delete(checkpoints);
        Snapshot after = train("data", TOPIC, 2);
        Snapshot straight = train("straight", TOPIC, 3);
        assertThat(after.manifest().files()).isEqualTo(straight.manifest().files());
        assertAccounted("data");
    }

    @Test
    void run_anotherTrainerTookOver_stopsWithoutPublishing() throws IOException {
        // None but the one at the stop: another may be on its way to be published when the other takes over.
        snapshotEverySteps = 0;
        train("data", TOPIC, 1);
        TestingConsumer consumer = TestingTopic.of(3, 330, 5).consumer(2, 0);
        // What was published before the other took over is this trainer's own.
        List<String> before = new ArrayList<>();
        assertThatThrownBy(() -> run(config("data"), consumer, stage -> {
                    takeOver("data", 77);
                    before.addAll(aliases("data"));
                    stage.stop();
                }))
                .isInstanceOf(FencedException.class)
                .hasMessageContaining("its writer epoch is 77, this trainer's is 2");
        assertThat(aliases("data")).isEqualTo(before);
    }

    private static List<Long> steps(SnapshotStore store) {
        return store.list().stream().map(snapshot -> snapshot.manifest().step()).toList();
    }

    /** Removes the snapshots from a step on and the checkpoints after it. */
    private void deleteAbove(long step) throws IOException {
        for (Snapshot snapshot : new SnapshotStore(root.resolve("data"), Clock.systemUTC()).list()) {
            if (snapshot.manifest().step() >= step) {
                delete(snapshot.directory());
            }
        }
        for (Snapshot checkpoint : new CheckpointStore(root.resolve("data"), Clock.systemUTC()).list()) {
            if (checkpoint.manifest().step() > step) {
                delete(checkpoint.directory());
            }
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private void assertAccounted(String data) {
        LedgerAudit.Summary summary = LedgerAudit.of(root.resolve(data)).summary();
        assertThat(summary.findings()).isEmpty();
        assertThat(summary.gaps() + summary.overlaps()).isZero();
        assertThat(summary.offsets())
                .containsKeys(Disposition.TRAINED, Disposition.HELD_OUT, Disposition.REJECTED, Disposition.NO_RECORD);
    }

    private List<String> aliases(String data) {
        return new SnapshotStore(root.resolve(data), Clock.systemUTC())
                .aliases().values().stream().toList();
    }

    private Snapshot checkpoint(String data, Snapshot snapshot) {
        return new CheckpointStore(root.resolve(data), Clock.systemUTC())
                .list().stream()
                        .filter(each ->
                                each.manifest().step() == snapshot.manifest().step())
                        .findFirst()
                        .orElseThrow();
    }

    private TrainerConfig spelled(String data) {
        return spelled(data, LossConfig.multiLevelOt(MultiLevelOt.Variant.SPELLED));
    }

    /** Evaluated at steps of which some have a checkpoint, so that trust in the teacher changes between two. */
    private TrainerConfig spelled(String data, LossConfig loss) {
        return config(
                data,
                loss,
                List.of(),
                new TrainerConfig.Evaluations(6, 6),
                new TrainerConfig.Checkpoints(4, Duration.ZERO, 2, 2));
    }

    private String tokenizerHash() {
        try (TextTokenizer tokenizer = TextTokenizer.load(student)) {
            return tokenizer.sha256();
        }
    }

    /** Of each step that the ledger lists, once, what it is made of. */
    private List<String> runs(String data) {
        return LedgerAudit.of(root.resolve(data)).lines().stream()
                .filter(line -> line.entry() instanceof LedgerEntry.Stepped)
                .map(line -> ((LedgerEntry.Stepped) line.entry()).toString())
                .toList();
    }

    private boolean crash(String data, long arrival, int poll) {
        return crash(config(data), TOPIC.consumer(arrival, 0), poll);
    }

    private boolean crash(TrainerConfig config, TestingConsumer consumer, int poll) {
        try {
            run(config, consumer.crashingAtPoll(poll));
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }

    private Snapshot train(String data, TestingTopic topic, long arrival) {
        Snapshot last = run(config(data), topic.consumer(arrival, 0)).lastSnapshot();
        assertThat(last).isNotNull();
        return last;
    }

    private TrainingReport run(TrainerConfig config, TestingConsumer consumer) {
        return run(config, consumer, TrainerStage::stop);
    }

    /** @param whenRead called when everything that comes has been read */
    private TrainingReport run(TrainerConfig config, TestingConsumer consumer, Consumer<TrainerStage> whenRead) {
        return run(config, consumer, whenRead, () -> {});
    }

    /** @param opened called when the trainer has been opened */
    private TrainingReport run(
            TrainerConfig config, TestingConsumer consumer, Consumer<TrainerStage> whenRead, Runnable opened) {
        var resources = new Closer();
        try {
            var stage = new TrainerStage(
                    config,
                    Topics.defaults(),
                    new KafkaConnections(
                            consumer,
                            (trainer, closer) -> TrainerFixture.producer(),
                            TrainerFixture.noLetters(),
                            (trainer, closer) -> TrainerFixture.producer(),
                            topic -> topicId,
                            RewindOrders.none(),
                            TrainerFixture.noTargets(),
                            "broker:9092"),
                    telemetry.trainer(),
                    clock,
                    resources);
            consumer.whenAllHasCome(() -> {
                Map<String, Long> lag = stage.progress().lag();
                if (!lag.isEmpty() && lag.values().stream().allMatch(records -> records == 0)) {
                    whenRead.accept(stage);
                }
            });
            opened.run();
            return stage.run();
        } finally {
            resources.close();
        }
    }

    private TrainerConfig config(String data) {
        return config(data, LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER), List.of());
    }

    private TrainerConfig config(String data, LossConfig loss, List<String> accepted) {
        return config(data, loss, accepted, new TrainerConfig.Checkpoints(4, Duration.ZERO, 2, 2));
    }

    /** Everything that a crash loses has to be repeated. */
    private TrainerConfig withoutCheckpoints(String data) {
        return config(
                data,
                LossConfig.multiLevelOt(MultiLevelOt.Variant.PAPER),
                List.of(),
                new TrainerConfig.Checkpoints(0, Duration.ZERO, 1, 1));
    }

    private TrainerConfig config(
            String data, LossConfig loss, List<String> accepted, TrainerConfig.Checkpoints checkpoints) {
        return config(data, loss, accepted, new TrainerConfig.Evaluations(6, 0), checkpoints);
    }

    private TrainerConfig config(
            String data,
            LossConfig loss,
            List<String> accepted,
            TrainerConfig.Evaluations evaluations,
            TrainerConfig.Checkpoints checkpoints) {
        return TestingConfig.of(student, root.resolve(data))
                .with(Map.of(
                        "loss",
                        loss,
                        "batches",
                        batches,
                        "lora",
                        lora,
                        "device",
                        device,
                        "evaluations",
                        evaluations,
                        "snapshots",
                        new TrainerConfig.Snapshots(snapshotEverySteps, Duration.ZERO, keptSnapshots, Duration.ZERO),
                        "checkpoints",
                        checkpoints,
                        "acceptChanges",
                        accepted));
    }

    private static void block(Path directory) {
        try {
            Files.delete(directory);
            Files.writeString(directory, "in the way");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void takeOver(String data, long epoch) {
        try {
            Path file = root.resolve(data).resolve("epoch");
            Path fresh = Files.writeString(file.resolveSibling("fresh"), epoch + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
