package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.routing.Routed;
import io.stillstream.trainer.source.MergedRecord;
import io.stillstream.trainer.step.StepReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointSchedulerTest {

    private static final TrainerConfig.Batches BATCHES =
            new TrainerConfig.Batches(100, 1, 64, false, Duration.ofSeconds(1), 0.25);
    private static final TrainerConfig.Evaluations NO_EVALUATIONS = new TrainerConfig.Evaluations(6, 0);
    private static final TrainerConfig.Snapshots NO_SNAPSHOTS =
            new TrainerConfig.Snapshots(0, Duration.ZERO, 9, Duration.ZERO);
    private static final TrainerConfig.Checkpoints NO_CHECKPOINTS =
            new TrainerConfig.Checkpoints(0, Duration.ZERO, 9, 2);

    @TempDir
    private Path root;

    @Test
    void saveDue_everyTwoSteps_writesACheckpointOfEachSecond() {
        var everyTwo = new TrainerConfig.Checkpoints(2, Duration.ZERO, 9, 2);
        try (TrainerFixture trainer = new TrainerFixture(root, BATCHES, NO_EVALUATIONS, NO_SNAPSHOTS, everyTwo)) {
            for (int i = 0; i < 5; i++) {
                step(trainer);
                trainer.scheduler.saveDue();
                trainer.scheduler.saveDue();
                trainer.writer.await();
            }
            List<Snapshot> checkpoints = trainer.checkpoints.list();
            assertThat(steps(checkpoints)).containsExactly(4L, 2L);
            assertThat(checkpoints.get(1).manifest().offsets()).isEqualTo(Map.of("teacher-targets-0", 2L));
            assertThat(trainer.ledger.stepsAfter(
                            LedgerPosition.of(checkpoints.get(1).manifest())))
                    .extracting(listed -> listed.step().step())
                    .containsExactly(3L, 4L, 5L);
            assertThat(trainer.snapshots.list()).isEmpty();
        }
    }

    @Test
    void saveDue_everyMinute_savesOnceAMinuteAlsoWhileNoRecordsCome() {
        var everyMinute = new TrainerConfig.Checkpoints(0, Duration.ofMinutes(1), 9, 2);
        try (TrainerFixture trainer = new TrainerFixture(root, BATCHES, NO_EVALUATIONS, NO_SNAPSHOTS, everyMinute)) {
            trainer.nanos.addAndGet(Duration.ofMinutes(2).toNanos());
            trainer.scheduler.saveDue();
            trainer.writer.await();
            assertThat(trainer.checkpoints.list()).as("nothing learned yet").isEmpty();
            step(trainer);
            trainer.scheduler.saveDue();
            trainer.writer.await();
            assertThat(steps(trainer.checkpoints.list())).containsExactly(1L);
            step(trainer);
            trainer.nanos.addAndGet(Duration.ofMinutes(1).toNanos() - 1);
            trainer.scheduler.saveDue();
            trainer.writer.await();
            assertThat(steps(trainer.checkpoints.list())).containsExactly(1L);
            trainer.nanos.incrementAndGet();
            trainer.scheduler.saveDue();
            trainer.writer.await();
            assertThat(steps(trainer.checkpoints.list())).containsExactly(2L, 1L);
        }
    }

    @Test
    void saveDue_writerBusy_writesTheNewestStepOnceItIsFree() {
        var everyStep = new TrainerConfig.Checkpoints(1, Duration.ZERO, 9, 2);
        try (TrainerFixture trainer = new TrainerFixture(root, BATCHES, NO_EVALUATIONS, NO_SNAPSHOTS, everyStep)) {
            var release = new CountDownLatch(1);
            trainer.writer.submit(() -> await(release));
            step(trainer);
            trainer.scheduler.saveDue();
            step(trainer);
            trainer.scheduler.saveDue();
            release.countDown();
            trainer.writer.await();
            assertThat(trainer.checkpoints.list()).isEmpty();
            trainer.scheduler.saveDue();
            trainer.writer.await();
            assertThat(steps(trainer.checkpoints.list())).containsExactly(2L);
        }
    }

    @Test
    void saveDue_snapshotStep_publishesItWithItsCheckpointAndItsFigures() {
        var everyThree = new TrainerConfig.Snapshots(3, Duration.ZERO, 9, Duration.ZERO);
        try (TrainerFixture trainer = new TrainerFixture(root, BATCHES, NO_EVALUATIONS, everyThree, NO_CHECKPOINTS)) {
            holdOut(trainer);
            for (int i = 0; i < 4; i++) {
                step(trainer);
                trainer.scheduler.saveDue();
            }
            trainer.writer.await();
            assertThat(steps(trainer.snapshots.list())).containsExactly(3L);
            assertThat(steps(trainer.checkpoints.list())).containsExactly(3L);
            assertThat(trainer.snapshots.list().get(0).manifest().evaluation()).containsKey("held_out_loss");
            assertThat(evaluations(trainer)).as("baseline and snapshot").isEqualTo(2);
        }
    }

    @Test
    void after_evaluationEveryTwoSteps_checkpointsBetweenThemHaveNoFigures() {
        var everyTwo = new TrainerConfig.Evaluations(6, 2);
        var everyStep = new TrainerConfig.Checkpoints(1, Duration.ZERO, 9, 2);
        try (TrainerFixture trainer = new TrainerFixture(root, BATCHES, everyTwo, NO_SNAPSHOTS, everyStep)) {
            holdOut(trainer);
            for (int i = 0; i < 3; i++) {
                step(trainer);
                trainer.scheduler.saveDue();
                trainer.writer.await();
            }
            assertThat(evaluations(trainer)).as("baseline and step 2").isEqualTo(2);
            assertThat(trainer.checkpoints.list())
                    .extracting(checkpoint -> checkpoint.manifest().evaluation().isEmpty())
                    .containsExactly(true, false, true);
        }
    }

    @Test
    void finish_somethingLearned_publishesItAndTheNextTimeNothing() {
        try (TrainerFixture trainer = new TrainerFixture(root, BATCHES, NO_EVALUATIONS, NO_SNAPSHOTS, NO_CHECKPOINTS)) {
            trainer.scheduler.finish();
            assertThat(trainer.snapshots.list()).isEmpty();
            step(trainer);
            trainer.scheduler.finish();
            assertThat(steps(trainer.snapshots.list())).containsExactly(1L);
            double paused = pauses(trainer);
            trainer.scheduler.finish();
            assertThat(pauses(trainer)).isEqualTo(paused);
        }
    }

    private static void holdOut(TrainerFixture trainer) {
        TeacherTargets targets = Samples.targets("ab", " cd", FinishReason.STOP, Split.HELD_OUT, Samples.TEACHER);
        Routed.HeldOut routed = (Routed.HeldOut) trainer.router.route(Samples.raw(99, targets));
        trainer.heldOut.add(routed.record(), routed.target());
    }

    /** One step on one record, as the trainer takes it. */
    private static void step(TrainerFixture trainer) {
        long offset = trainer.session.steps();
        var record = new MergedRecord(Samples.raw(offset, Samples.targets("ab", " abcd")), offset, null, offset);
        Routed.Trained routed = (Routed.Trained) trainer.router.route(record.raw());
        trainer.cursor.add(record, routed.disposition());
        LedgerPosition end =
                trainer.ledger.append(new LedgerEntry.Stepped(offset + 1, Samples.TOPIC, trainer.cursor.closeStep()));
        trainer.scheduler.before();
        StepReport report = trainer.session.step(List.of(routed.sequence()));
        trainer.scheduler.after(report, end);
    }

    private static List<Long> steps(List<Snapshot> snapshots) {
        return snapshots.stream().map(snapshot -> snapshot.manifest().step()).toList();
    }

    private static double evaluations(TrainerFixture trainer) {
        return trainer.telemetry
                .registry()
                .get("stillstream.evaluations")
                .counter()
                .count();
    }

    private static double pauses(TrainerFixture trainer) {
        return trainer.telemetry
                .registry()
                .get("stillstream.checkpoint.pause")
                .timer()
                .count();
    }

    /** Not for ever: a scheduler that waited for the writer would otherwise never end the test. */
    private static void await(CountDownLatch latch) {
        try {
            var unused = latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
