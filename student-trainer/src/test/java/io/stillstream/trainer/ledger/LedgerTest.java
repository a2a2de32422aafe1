package io.stillstream.trainer.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LedgerTest {

    private static final String TOPIC = "teacher-targets";

    @TempDir
    private Path root;

    @Test
    void open_again_listsTheStepsAfterACheckpoint() {
        LedgerPosition checkpoint;
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            ledger.append(start(1, 0, 0, 0));
            ledger.append(step(1, "t0:0-2", "h1:0-0"));
            checkpoint = ledger.append(step(2, "t1:1-4"));
            ledger.append(step(3, "t0:3-3", "n0:4-4", "t0:5-6"));
        }
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            assertThat(ledger.stepsAfter(checkpoint))
                    .extracting(Ledger.Listed::step)
                    .containsExactly(step(3, "t0:3-3", "n0:4-4", "t0:5-6"));
            assertThat(ledger.stepsAfter(LedgerPosition.BEGINNING)).hasSize(3);
            assertThat(ledger.starts().get(0)).isEqualTo(start(1, 0, 0, 0));
            ledger.append(step(4, "t0:7-7"));
            assertThat(ledger.stepsAfter(checkpoint)).hasSize(2);
        }
    }

    @Test
    void open_lineThatAKillCutShort_isCutOffAtAnyByte() throws IOException {
        write(step(1, "t0:0-2"), step(2, "t0:3-5"));
        byte[] whole = Files.readAllBytes(file());
        int first = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
        for (int length = first; length < whole.length; length += 7) {
            Files.write(file(), Arrays.copyOf(whole, length));
            try (DataDirectory data = DataDirectory.open(root);
                    Ledger ledger = Ledger.open(data)) {
                assertThat(ledger.stepsAfter(LedgerPosition.BEGINNING)).hasSize(1);
                ledger.append(step(2, "t0:3-5"));
            }
            assertThat(Files.readAllBytes(file())).isEqualTo(whole);
        }
    }

    @Test
    void append_fileThatSomebodyElseRemovedOrChanged_isRefused() throws IOException {
        write(step(1, "t0:0-2"));
        byte[] whole = Files.readAllBytes(file());
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            Files.delete(file());
            assertThatThrownBy(() -> ledger.append(step(2, "t0:3-5")))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("cannot be looked at (java.nio.file.NoSuchFileException");
            Files.write(file(), Arrays.copyOf(whole, 7));
            assertThatThrownBy(() -> ledger.append(step(2, "t0:3-5")))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("has 7 bytes; expected the " + whole.length);
        }
    }

    @Test
    void read_anyFlippedBit_isNotTakenForWhatWasWritten() throws IOException {
        write(start(1, 0, 0, 0), step(1, "t0:0-2"), step(2, "t0:3-5"), step(3, "t0:6-6"));
        byte[] whole = Files.readAllBytes(file());
        for (int bit = 0; bit < (whole.length - 1) * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file(), flipped);
            assertThatThrownBy(() -> LedgerAudit.of(root))
                    .as("bit %s", bit)
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("line ")
                    .hasMessageContaining("was changed after it was written")
                    .hasMessageContaining(file().toString());
        }
    }

    @Test
    void read_lineRemoved_isRefused() throws IOException {
        write(step(1, "t0:0-2"), step(2, "t0:3-5"), step(3, "t0:6-6"));
        List<String> lines = new ArrayList<>(Files.readAllLines(file()));
        lines.remove(1);
        Files.write(file(), lines);
        assertThatThrownBy(() -> LedgerAudit.of(root))
                .isInstanceOf(TrainerException.class)
                .hasMessageContaining("line 2 of the ledger");
    }

    @Test
    void stepsAfter_checkpointOfAnotherLedger_isRefused() {
        write(step(1, "t0:0-2"), step(2, "t0:3-5"));
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            LedgerPosition end = ledger.position();
            assertThat(ledger.stepsAfter(end)).isEmpty();
            assertThatThrownBy(() -> ledger.stepsAfter(new LedgerPosition(end.bytes(), "ab")))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("is not the one that the checkpoint was written with");
            assertThatThrownBy(() -> ledger.stepsAfter(new LedgerPosition(end.bytes() + 100, end.checksum())))
                    .isInstanceOf(TrainerException.class);
        }
    }

    @Test
    void append_anotherTrainerHasTheDirectory_isRefusedAndWritesNothing() throws IOException {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            ledger.append(step(1, "t0:0-2"));
            Files.writeString(root.resolve("epoch"), "2\n");
            assertThatThrownBy(() -> ledger.append(step(2, "t0:3-5")))
                    .isInstanceOf(FencedException.class)
                    .hasMessageContaining("writer epoch is 2, this trainer's is 1");
            assertThat(Files.readAllLines(file())).hasSize(1);
        }
    }

    @Test
    void summary_everyOffsetOnce_findsNothing() {
        write(start(1, 0, 4, 0), step(1, "t0:4-6", "h1:0-0", "r0:7-7"), step(2, "n1:1-1", "t1:2-5", "s0:8-9"));
        LedgerAudit.Summary summary = LedgerAudit.of(root).summary();
        assertThat(summary.findings()).isEmpty();
        assertThat(summary.steps()).isEqualTo(2);
        assertThat(summary.next()).isEqualTo(Map.of(0, 10L, 1, 6L));
        assertThat(summary.offsets())
                .isEqualTo(Map.of(
                        Disposition.TRAINED,
                        7L,
                        Disposition.HELD_OUT,
                        1L,
                        Disposition.REJECTED,
                        1L,
                        Disposition.NO_RECORD,
                        1L,
                        Disposition.SKIPPED,
                        2L));
    }

    @Test
    void summary_missingAndRepeatedOffsets_areCountedAndNamed() {
        write(start(1, 0, 0, 0), step(1, "t0:2-4"), step(2, "t0:4-6"), step(3, "t0:0-9", "t1:0-0"));
        LedgerAudit.Summary summary = LedgerAudit.of(root).summary();
        assertThat(summary.gaps()).isEqualTo(2);
        assertThat(summary.overlaps()).isEqualTo(1 + 7);
        assertThat(summary.findings())
                .containsExactly(
                        "gap: offsets 0 to 1 of partition 0 are missing before step 1",
                        "overlap: offsets 4 to 4 of partition 0 are listed a second time in step 2",
                        "overlap: offsets 0 to 6 of partition 0 are listed a second time in step 3");
    }

    @Test
    void passed_offsetsWithoutARecord_areKnownFromEveryLineAndFromEveryBranch() {
        List<LedgerPosition> ends = write(
                start(1, 0, 0, 0),
                step(1, "t0:0-2"),
                step(2, "n0:3-4", "t0:5-6"),
                pass("n0:7-7", "s0:8-9", "n0:10-10"));
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            assertThat(passed(ledger, 3, 4)).hasValue("n0:3-4");
            assertThat(passed(ledger, 4, 5)).isEmpty();
            assertThat(passed(ledger, 7, 9)).hasValue("n0:7-7 s0:8-9");
            assertThat(passed(ledger, 8, 11)).isEmpty();
            assertThat(ledger.passed(new TopicPartition("another", 0), 7, 7)).isEmpty();
            assertThat(ledger.passed(new TopicPartition(TOPIC, 1), 7, 7)).isEmpty();
            // What a tenant's quarantine passed over on one branch may be trained on in another.
            ledger.append(rewind("one", 1, ends.get(1), 3));
            assertThat(passed(ledger, 7, 7)).hasValue("n0:7-7");
            assertThat(passed(ledger, 7, 9)).isEmpty();
        }
        assertThat(LedgerAudit.of(root).summary().findings()).isEmpty();
    }

    private static Optional<String> passed(Ledger ledger, long first, long last) {
        return ledger.passed(new TopicPartition(TOPIC, 0), first, last)
                .map(runs -> runs.stream().map(DispositionRun::toString).collect(Collectors.joining(" ")));
    }

    @Test
    void rewind_evenToAnAbandonedBranch_isTheTrainingThatGoesOn() {
        List<LedgerPosition> ends = write(start(1, 0, 0, 0), step(1, "t0:0-2"), step(2, "t0:3-5"), step(3, "t0:6-8"));
        LedgerPosition two = ends.get(2);
        LedgerPosition three = ends.get(3);
        ends = write(rewind("two", 2, two, 6), start(2, 2, 6, 0), step(3, "t0:6-6"));
        LedgerPosition other = ends.get(2);
        LedgerAudit audit = LedgerAudit.of(root);
        assertThat(audit.summary().findings()).isEmpty();
        assertThat(audit.summary().next()).containsEntry(0, 7L);
        assertThat(audit.lineage().holds(two.bytes())).isTrue();
        assertThat(audit.lineage().holds(three.bytes())).isFalse();
        assertThat(audit.stepsOf(0, 6)).hasSize(2);

        write(rewind("three", 3, three, 9), start(3, 3, 9, 0), step(4, "t0:9-9"));
        audit = LedgerAudit.of(root);
        assertThat(audit.summary().findings()).isEmpty();
        assertThat(audit.summary().steps()).isEqualTo(4);
        assertThat(audit.lineage().holds(three.bytes())).isTrue();
        assertThat(audit.lineage().holds(other.bytes())).isFalse();
        assertThat(audit.lineage().branches()).isEqualTo(3);
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            assertThat(ledger.stepsAfter(two))
                    .extracting(listed -> listed.step().step())
                    .containsExactly(3L, 4L);
        }
    }

    @Test
    void parse_rangesAndRuns_haveOneForm() {
        assertThat(OffsetRange.parse("3@10..20")).isEqualTo(new OffsetRange(3, 10, 20));
        assertThat(DispositionRun.parse("h3:10-20")).hasToString("h3:10-20");
        for (String wrong : List.of("", "3", "3@10", "3@20..10", "x@1..2", "3@1..2 ")) {
            assertThatThrownBy(() -> OffsetRange.parse(wrong))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("expected PARTITION@FROM..TO");
        }
    }

    private Path file() {
        return root.toAbsolutePath().normalize().resolve("ledger");
    }

    private List<LedgerPosition> write(LedgerEntry... entries) {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            return Arrays.stream(entries).map(ledger::append).toList();
        }
    }

    private static LedgerEntry.Started start(long epoch, long step, long zero, long one) {
        return new LedgerEntry.Started(epoch, step, TOPIC, "id", Map.of(0, zero, 1, one));
    }

    private static LedgerEntry.Stepped step(long step, String... runs) {
        return new LedgerEntry.Stepped(
                step, TOPIC, Arrays.stream(runs).map(DispositionRun::parse).toList());
    }

    private static LedgerEntry.Passed pass(String... runs) {
        return new LedgerEntry.Passed(
                TOPIC, Arrays.stream(runs).map(DispositionRun::parse).toList());
    }

    private static LedgerEntry.Rewound rewind(String to, long step, LedgerPosition at, long offset) {
        return new LedgerEntry.Rewound(
                9, to, step, at.bytes(), Map.of(0, offset, 1, 0L), PassedOver.nothing(), 0, "", "");
    }
}
