package io.stillstream.rollout.bisect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On students whose worth is a formula: of training itself tests of {@code bench} are. */
final class HarmSearchTest {

    private static final int RECORDS = 5000;
    private static final int HELD_OUT = 64;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 777, 2475, 2480, 3000, 4321, 4950})
    void search_fiftyRecordsAmongFiveThousand_findsThem(int planted) {
        Stretch harm = new Stretch(planted, planted + 50);
        List<HarmSearch.Replay> told = new ArrayList<>();
        HarmSearch.Result result = new HarmSearch(left -> losses(left, harm, 0.05, 1), told::add).search(RECORDS);
        assertThat(result.isFound()).isTrue();
        assertThat(overlap(result.range(), harm)).isGreaterThanOrEqualTo(35);
        assertThat(result.range().records()).isLessThanOrEqualTo(100);
        assertThat(told).hasSizeLessThan(45);
        assertThat(told).extracting(HarmSearch.Replay::left).doesNotHaveDuplicates();
    }

    /** Without a third of them a fifteenth of the harm is left. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 777, 2475, 2480, 3000, 4321, 4940, 4950})
    void search_recordsThatDoHarmTogether_findsMostOfThem(int planted) {
        Stretch harm = new Stretch(planted, planted + 50);
        HarmSearch.Result result = new HarmSearch(left -> losses(left, harm, 0.5, 6.5), told -> {}).search(RECORDS);
        assertThat(result.isFound()).isTrue();
        assertThat(overlap(result.range(), harm)).isGreaterThanOrEqualTo(35);
        assertThat(result.range().records()).isLessThanOrEqualTo(150);
    }

    @Test
    void search_noHarm_saysThatTheHalvesDoNotDiffer() {
        HarmSearch.Result result =
                new HarmSearch(left -> losses(left, Stretch.none(), 0, 1), told -> {}).search(RECORDS);
        assertThat(result.isFound()).isFalse();
        assertThat(result.range()).isEqualTo(new Stretch(0, RECORDS));
        assertThat(result.ending()).contains("does not make the candidate better by more than");
    }

    /**
     * Each good record helps a little, each bad one harms, and every replay has an error of its own for each held-out record.
     *
     * @param together the power by which harm grows with the share of the bad records
     */
    private static HeldOutLosses losses(Stretch left, Stretch harm, double harmful, double together) {
        double helped = 0.02 * (RECORDS - left.records()) / RECORDS;
        double harmed = harmful
                * Math.pow((double) (harm.records() - overlap(left, harm)) / Math.max(1, harm.records()), together);
        var random = new SplittableRandom(31L * left.from() + left.to());
        var heldOut = new SplittableRandom(5);
        List<HeldOutLosses.Loss> records = new ArrayList<>();
        for (int i = 0; i < HELD_OUT; i++) {
            double bits = 1
                    + heldOut.nextDouble()
                    - helped
                    + harmed * (0.5 + heldOut.nextDouble())
                    + 0.004 * (random.nextDouble() - 0.5);
            records.add(new HeldOutLosses.Loss("c-" + i, 100, bits * 100 * Math.log(2)));
        }
        return HeldOutLosses.of(records);
    }

    private static int overlap(Stretch one, Stretch other) {
        return Math.max(0, Math.min(one.to(), other.to()) - Math.max(one.from(), other.from()));
    }
}
