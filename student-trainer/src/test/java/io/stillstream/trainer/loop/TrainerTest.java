package io.stillstream.trainer.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.rewind.RewindControl;
import io.stillstream.trainer.rewind.RewindOrders;
import io.stillstream.trainer.routing.Crashes;
import io.stillstream.trainer.source.DeletedRecords;
import io.stillstream.trainer.source.MergedTopicReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class TrainerTest {

    /** A record below has 9 tokens: two of them fit a step. */
    private static final int STEP_TOKENS = 20;

    private static final TrainerConfig.Batches FULL_STEPS =
            new TrainerConfig.Batches(STEP_TOKENS, 1, 64, false, Duration.ofSeconds(1), 0.25);
    private static final TrainerConfig.Batches PARTIAL_STEPS =
            new TrainerConfig.Batches(STEP_TOKENS, 1, 64, true, Duration.ofMillis(1), 0.25);
    private static final TeacherTargets TRAINED = Samples.targets("ab", " abcd");
    private static final TeacherTargets HELD_OUT =
            Samples.targets("ab", " abcd", FinishReason.STOP, Split.HELD_OUT, Samples.TEACHER);
    private static final TeacherTargets TOO_LONG = Samples.targets("a".repeat(80), "b");

    @TempDir
    private Path root;

    @Test
    void train_recordThatFillsAStep_endsIt() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            train(fixture, List.of(), TRAINED, TOO_LONG, TRAINED, HELD_OUT, TRAINED, HELD_OUT, TRAINED);
            assertThat(listed(fixture)).containsExactly(List.of("t0:0-0", "r0:1-1", "t0:2-2", "h0:3-3", "t0:4-4"));
            assertThat(fixture.session.steps()).isOne();
            assertThat(fixture.session.state().records()).isEqualTo(3);
            assertThat(fixture.snapshots.list().get(0).manifest().offsets()).isEqualTo(Map.of("teacher-targets-0", 5L));
            assertThat(fixture.heldOut.size()).isOne();
        }
    }

    @Test
    void train_heldOutSinceTheLastStep_isReadAgainByWhoeverResumes() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            train(fixture, List.of(), TRAINED, TRAINED, TRAINED, HELD_OUT);
            assertThat(listed(fixture)).containsExactly(List.of("t0:0-2"));
            assertThat(fixture.heldOut.size()).isZero();
        }
    }

    @Test
    void train_streamFallsSilent_takesThePartialStepOnlyWhenConfigured() {
        try (TrainerFixture fixture = fixture(PARTIAL_STEPS)) {
            BooleanSupplier stepped = () -> fixture.session.steps() > 0;
            train(fixture, List.of(), stepped, TRAINED, HELD_OUT);
            assertThat(listed(fixture)).containsExactly(List.of("t0:0-0", "h0:1-1"));
        }
    }

    @Test
    void train_sourceEnds_takesTheStepOfWhatWaitsAndListsTheMarkerInIt() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            Trainer trainer =
                    train(fixture, List.of(), () -> true, List.of(raw(0, TRAINED), raw(1, HELD_OUT), end(2, 0, 1)));
            assertThat(listed(fixture)).containsExactly(List.of("t0:0-0", "h0:1-1", "e0:2-2"));
            assertThat(fixture.session.state().records()).isOne();
            assertThat(trainer.waiting()).isEmpty();
            assertThat(fixture.snapshots.list().get(0).manifest().offsets()).isEqualTo(Map.of("teacher-targets-0", 3L));
        }
    }

    @Test
    void train_sourceEndsInOnePartitionOfTwo_waitsForTheOther() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            Trainer trainer =
                    train(fixture, List.of(), () -> true, List.of(raw(0, TRAINED), end(1, 0, 2), end(2, 0, 2)));
            assertThat(listed(fixture)).isEmpty();
            assertThat(trainer.waiting()).hasSize(1);
        }
    }

    @Test
    void train_sourceEndsInBothPartitions_takesTheStepAtTheLaterOne() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            train(
                    fixture,
                    List.of(),
                    () -> true,
                    List.of(
                            raw(0, TRAINED),
                            end(1, 1, 2),
                            raw(2, TRAINED),
                            raw(3, TRAINED),
                            raw(4, TRAINED),
                            end(5, 0, 2)));
            assertThat(listed(fixture))
                    .containsExactly(List.of("t0:0-0", "e0:1-1", "t0:2-3"), List.of("t0:4-4", "e0:5-5"));
        }
    }

    @Test
    void train_sourceEndsAndNothingWaits_takesNoStep() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            train(fixture, List.of(), () -> true, List.of(raw(0, HELD_OUT), end(1, 0, 1)));
            assertThat(listed(fixture)).isEmpty();
            assertThat(fixture.session.steps()).isZero();
        }
    }

    @Test
    void train_listedStepHoldsTheFirstOfTwoMarkers_endsTheSourceAtTheSecond() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            List<Ledger.Listed> listed = List.of(append(fixture, 1, "t0:0-0", "e0:1-1"));
            train(fixture, listed, () -> true, List.of(raw(0, TRAINED), end(1, 0, 2), raw(2, TRAINED), end(3, 1, 2)));
            assertThat(listed(fixture)).containsExactly(List.of("t0:0-0", "e0:1-1"), List.of("t0:2-2", "e0:3-3"));
        }
    }

    @Test
    void train_ledgerCannotBeWritten_takesNoStep() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            takeOver(fixture);
            assertThatThrownBy(() -> train(fixture, List.of(), TRAINED, TRAINED, TRAINED))
                    .isInstanceOf(FencedException.class);
            assertThat(fixture.session.steps()).isZero();
        }
    }

    @Test
    void train_listedSteps_areRepeatedAsListedAndNotListedAgain() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            // As no budget would cut the stream: a partial step, then one of three records.
            List<Ledger.Listed> listed =
                    List.of(append(fixture, 1, "t0:0-0"), append(fixture, 2, "t0:1-1", "h0:2-2", "t0:3-3", "t0:4-4"));
            train(fixture, listed, TRAINED, TRAINED, HELD_OUT, TRAINED, TRAINED, TRAINED);
            assertThat(fixture.session.steps()).isEqualTo(2);
            assertThat(fixture.session.state().records()).isEqualTo(4);
            assertThat(fixture.heldOut.size()).isOne();
            assertThat(listed(fixture)).hasSize(2);
            assertThat(fixture.snapshots.list().get(0).manifest().offsets()).isEqualTo(Map.of("teacher-targets-0", 5L));
            assertThat(LedgerPosition.of(fixture.snapshots.list().get(0).manifest()))
                    .isEqualTo(listed.get(1).end());
        }
    }

    @Test
    void train_recordIsNoLongerWhatTheLedgerLists_refusesAndNamesBoth() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            List<Ledger.Listed> listed = List.of(append(fixture, 1, "t0:0-1"));
            assertThatThrownBy(() -> train(fixture, listed, TRAINED, HELD_OUT))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining(
                            "lists the record teacher-targets-0@1 as TRAINED, and now it would be HELD_OUT");
            assertThat(fixture.session.steps()).isZero();
        }
    }

    @Test
    void train_ledgerOfAnotherCheckpoint_refuses() {
        try (TrainerFixture fixture = fixture(FULL_STEPS)) {
            List<Ledger.Listed> listed = List.of(append(fixture, 4, "t0:0-0"));
            assertThatThrownBy(() -> train(fixture, listed, TRAINED))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("continues with step 4 on teacher-targets, and the checkpoint with step 1");
        }
    }

    private TrainerFixture fixture(TrainerConfig.Batches batches) {
        return new TrainerFixture(
                root,
                batches,
                new TrainerConfig.Evaluations(6, 0),
                new TrainerConfig.Snapshots(0, Duration.ZERO, 9, Duration.ZERO),
                new TrainerConfig.Checkpoints(0, Duration.ZERO, 9, 2));
    }

    /** Trains on a topic that holds these records, until all of them have been read. */
    private static Trainer train(TrainerFixture fixture, List<Ledger.Listed> listed, TeacherTargets... records) {
        return train(fixture, listed, () -> true, records);
    }

    private static Trainer train(
            TrainerFixture fixture, List<Ledger.Listed> listed, BooleanSupplier stopping, TeacherTargets... records) {
        List<ConsumerRecord<byte[], byte[]>> raw = new ArrayList<>();
        for (TeacherTargets record : records) {
            raw.add(raw(raw.size(), record));
        }
        return train(fixture, listed, stopping, raw);
    }

    private static Trainer train(
            TrainerFixture fixture,
            List<Ledger.Listed> listed,
            BooleanSupplier stopping,
            List<ConsumerRecord<byte[], byte[]>> records) {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
        consumer.updatePartitions(Samples.TOPIC, List.of(new PartitionInfo(Samples.TOPIC, 0, null, null, null)));
        consumer.updateBeginningOffsets(Map.of(TrainerFixture.ZERO, 0L));
        consumer.updateEndOffsets(Map.of(TrainerFixture.ZERO, (long) records.size()));
        var reader = new MergedTopicReader(
                consumer,
                Samples.TOPIC,
                "broker:9092",
                Duration.ZERO,
                TrainerConfig.Reading.defaults(),
                System::nanoTime);
        var start = new MergedTopicReader.Start(
                Offsets.beginning(), Map.of(), false, PassedOver.nothing(), DeletedRecords.refused());
        assertThat(reader.open(start, Duration.ofSeconds(10), () -> false)).isPresent();
        records.forEach(consumer::addRecord);
        var trainer = new Trainer(
                fixture.config,
                Samples.TOPIC,
                reader,
                fixture.router,
                fixture.cursor,
                fixture.heldOut,
                fixture.session,
                new StepGuard(fixture.session, Crashes.none()),
                fixture.ledger,
                fixture.scheduler,
                fixture.metrics);
        RewindControl nobody = new RewindControl(
                RewindOrders.none(),
                TrainerFixture.noTargets(),
                fixture.data,
                fixture.ledger,
                fixture.snapshots,
                fixture.telemetry.trainer(),
                Clock.systemUTC());
        assertThat(trainer.train(listed, nobody, () -> reader.isAtEnd() && stopping.getAsBoolean()))
                .isFalse();
        return trainer;
    }

    private static ConsumerRecord<byte[], byte[]> raw(long offset, TeacherTargets targets) {
        return Samples.raw(offset, targets);
    }

    private static ConsumerRecord<byte[], byte[]> end(long offset, int partition, int partitions) {
        return Samples.end(0, offset, 0, Samples.end("end", partition, partitions));
    }

    private static Ledger.Listed append(TrainerFixture fixture, long step, String... runs) {
        var entry = new LedgerEntry.Stepped(
                step,
                Samples.TOPIC,
                Arrays.stream(runs).map(DispositionRun::parse).toList());
        return new Ledger.Listed(entry, fixture.ledger.append(entry));
    }

    /** The runs of each step that the ledger lists. */
    private static List<List<String>> listed(TrainerFixture fixture) {
        return LedgerAudit.of(fixture.config.dataDirectory()).lines().stream()
                .map(LedgerAudit.Line::entry)
                .filter(LedgerEntry.Stepped.class::isInstance)
                .map(LedgerEntry.Stepped.class::cast)
                .map(step -> step.runs().stream().map(DispositionRun::toString).toList())
                .toList();
    }

    private static void takeOver(TrainerFixture fixture) {
        try {
            Files.writeString(fixture.config.dataDirectory().resolve("epoch"), "77\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
