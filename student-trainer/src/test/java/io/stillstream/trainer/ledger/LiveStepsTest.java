package io.stillstream.trainer.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.offsets.DispositionRun;
import io.stillstream.trainer.offsets.OffsetRange;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.storage.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LiveStepsTest {

    private static final OffsetRange BAD = new OffsetRange(0, 2, 2);
    private static final OffsetRange WORSE = new OffsetRange(0, 3, 3);

    @TempDir
    private Path root;

    /** What is read is handed out before what follows is looked at, so that nothing is kept for it. */
    @Test
    void after_aLineThatWasChanged_hasHandedOutEachStepBeforeIt() throws IOException {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            LedgerPosition one = ledger.append(step(1));
            ledger.append(step(2));
            ledger.append(step(3));
            ledger.append(step(4));
            Path file = LedgerFile.in(root).path();
            byte[] lines = Files.readAllBytes(file);
            lines[lines.length - 3] ^= 1;
            Files.write(file, lines);
            List<Long> steps = new ArrayList<>();
            assertThatThrownBy(() -> ledger.liveSteps().after(one, step -> steps.add(step.step())))
                    .isInstanceOf(TrainerException.class)
                    .hasMessageContaining("line 4 of the ledger");
            assertThat(steps).containsExactly(2L, 3L);
        }
    }

    @Test
    void after_placesOnSeveralBranches_countsWhatGoingBackThereGivesUp() {
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            LedgerPosition one = ledger.append(step(1));
            ledger.append(step(2));
            LedgerPosition three = ledger.append(step(3));
            assertThat(after(ledger, one)).containsExactly(2L, 3L);
            assertThat(ledger.liveSteps().after(one, step -> {})).isEqualTo(2);
            ledger.append(rewound(one, "first", BAD));
            ledger.append(step(2));
            assertThat(after(ledger, one)).containsExactly(2L);
            assertThat(ledger.liveSteps().after(LedgerPosition.BEGINNING, step -> {}))
                    .isEqualTo(2);
            // Back to the branch that was abandoned: the step of this one is given up, though it was written later.
            assertThat(ledger.liveSteps().after(three, step -> {})).isEqualTo(1);
            assertThat(LiveSteps.of(root).after(three, step -> {})).isEqualTo(1);
            ledger.append(rewound(three, "second", BAD, WORSE));
            ledger.append(step(4));
            assertThat(after(ledger, one)).containsExactly(2L, 3L, 4L);

            assertObeyed(ledger);
        }
        try (DataDirectory data = DataDirectory.open(root);
                Ledger ledger = Ledger.open(data)) {
            assertObeyed(ledger);
        }
    }

    /** Whatever was written since. */
    private static void assertObeyed(Ledger ledger) {
        Ledger.Obeyed first = ledger.obeyed("first").orElseThrow();
        assertThat(first.abandonedSteps()).isEqualTo(2);
        assertThat(first.added().ranges()).containsExactly(BAD);
        Ledger.Obeyed second = ledger.obeyed("second").orElseThrow();
        assertThat(second.abandonedSteps()).isEqualTo(1);
        assertThat(second.added().ranges()).containsExactly(WORSE);
        assertThat(ledger.obeyed("third")).isEmpty();
    }

    private static List<Long> after(Ledger ledger, LedgerPosition place) {
        List<Long> steps = new ArrayList<>();
        ledger.liveSteps().after(place, step -> steps.add(step.step()));
        return steps;
    }

    private static LedgerEntry.Stepped step(long step) {
        return new LedgerEntry.Stepped(
                step, "teacher-targets", List.of(DispositionRun.parse("t0:" + step + "-" + step)));
    }

    private static LedgerEntry.Rewound rewound(LedgerPosition to, String order, OffsetRange... passedOver) {
        return new LedgerEntry.Rewound(
                9, "there", 1, to.bytes(), Map.of(0, 2L), PassedOver.ofRanges(List.of(passedOver)), 0, order, "");
    }
}
