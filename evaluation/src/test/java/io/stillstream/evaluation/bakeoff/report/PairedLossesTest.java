package io.stillstream.evaluation.bakeoff.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.bakeoff.run.RecordLoss;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class PairedLossesTest {

    private static final double BIT = Math.log(2);
    private static final Bootstrap BOOTSTRAP = Bootstrap.usual();

    @Test
    void difference_sameLosses_isNothingForSure() {
        List<List<RecordLoss>> arm = List.of(losses(3, 1, 2), losses(4, 1, 5));

        Interval difference = difference(arm, arm);

        assertThat(difference).isEqualTo(new Interval(0, 0, 0));
        assertThat(difference.excludesZero()).isFalse();
    }

    @Test
    void difference_oneBitLessOnEveryByte_hasNoWidth() {
        List<List<RecordLoss>> baseline = List.of(losses(3, 1, 2), losses(4, 6, 5));
        List<List<RecordLoss>> arm = List.of(losses(2, 0, 1), losses(3, 5, 4));

        Interval difference = difference(arm, baseline);

        assertThat(difference.value()).isCloseTo(-1, within(1e-12));
        assertThat(difference.low()).isCloseTo(-1, within(1e-12));
        assertThat(difference.high()).isCloseTo(-1, within(1e-12));
        assertThat(difference.excludesZero()).isTrue();
    }

    @Test
    void difference_longRecords_weighByTheirBytes() {
        List<List<RecordLoss>> baseline = List.of(List.of(new RecordLoss(0, 1), new RecordLoss(0, 3)));
        List<List<RecordLoss>> arm = List.of(List.of(new RecordLoss(BIT, 1), new RecordLoss(0, 3)));

        assertThat(difference(arm, baseline).value()).isCloseTo(0.25, within(1e-12));
    }

    @Test
    void difference_twoSeedsThatDisagree_spansBoth() {
        // Of two seeds a quarter of the draws takes the one twice, a quarter the other twice: both tails hold 2.5%.
        List<List<RecordLoss>> baseline = List.of(losses(0, 0), losses(0, 0));
        List<List<RecordLoss>> arm = List.of(losses(-1, -1), losses(1, 1));

        Interval difference = difference(arm, baseline);

        assertThat(difference.value()).isCloseTo(0, within(1e-12));
        assertThat(difference.low()).isCloseTo(-1, within(1e-12));
        assertThat(difference.high()).isCloseTo(1, within(1e-12));
    }

    @Test
    void difference_moreSeedsOnTheSameRecords_doNotHideTheRecordsSpread() {
        // Two records, one a bit better and one a bit worse, whatever the seed: as wide for ten seeds as for one.
        Interval one = difference(List.of(losses(-1, 1)), List.of(losses(0, 0)));
        Interval ten = difference(repeat(10, losses(-1, 1)), repeat(10, losses(0, 0)));

        assertThat(one.low()).isCloseTo(-1, within(1e-12));
        assertThat(one.high()).isCloseTo(1, within(1e-12));
        assertThat(ten.low()).isCloseTo(-1, within(1e-12));
        assertThat(ten.high()).isCloseTo(1, within(1e-12));
    }

    @Test
    void difference_manyRecordsOneSeed_agreesWithTheNormalTheory() {
        Random random = new Random(7);
        int records = 400;
        double[] bits = IntStream.range(0, records)
                .mapToDouble(i -> random.nextGaussian() + 0.3)
                .toArray();

        Interval difference = difference(List.of(losses(bits)), List.of(losses(new double[records])));

        double mean = Arrays.stream(bits).average().orElseThrow();
        double variance =
                Arrays.stream(bits).map(bit -> (bit - mean) * (bit - mean)).sum() / records;
        double half = 1.96 * Math.sqrt(variance / records);
        assertThat(difference.low()).isCloseTo(mean - half, within(0.01));
        assertThat(difference.high()).isCloseTo(mean + half, within(0.01));
    }

    @Test
    void difference_againOnTheSameLosses_isTheSame() {
        List<List<RecordLoss>> baseline = List.of(losses(1, 2, 3), losses(2, 2, 2));
        List<List<RecordLoss>> arm = List.of(losses(2, 1, 3), losses(1, 4, 2));

        assertThat(difference(arm, baseline)).isEqualTo(difference(arm, baseline));
    }

    @Test
    void difference_aSeedThatDiverged_isNoNumber() {
        List<List<RecordLoss>> baseline = List.of(losses(1, 2));
        List<List<RecordLoss>> arm = List.of(losses(Double.NaN, Double.NaN));

        Interval difference = difference(arm, baseline);

        assertThat(difference.value()).isNaN();
        assertThat(difference.excludesZero()).isFalse();
    }

    @Test
    void difference_oneSeedOfTwoDiverged_isNoNumberAndNotSure() {
        List<List<RecordLoss>> baseline = List.of(losses(0), losses(0));
        List<List<RecordLoss>> arm = List.of(losses(1), losses(Double.NaN));

        Interval difference = difference(arm, baseline);

        assertThat(difference).isEqualTo(new Interval(Double.NaN, Double.NaN, Double.NaN));
        assertThat(difference.excludesZero()).isFalse();
    }

    @Test
    void difference_oneSeed_isWhatEvaluateSaysOfTheSameRecords() {
        double[] bits = new Random(3).doubles(50, -1, 2).toArray();
        double[] ones = new double[bits.length];
        Arrays.fill(ones, 1);

        Interval difference = difference(List.of(losses(bits)), List.of(losses(new double[bits.length])));

        Interval evaluated = BOOTSTRAP.ratio(bits, ones);
        assertThat(difference.value()).isCloseTo(evaluated.value(), within(1e-12));
        assertThat(difference.low()).isCloseTo(evaluated.low(), within(1e-12));
        assertThat(difference.high()).isCloseTo(evaluated.high(), within(1e-12));
    }

    @Test
    void difference_otherRecords_saysWhichSeed() {
        assertThatThrownBy(
                        () -> difference(List.of(losses(1, 2), losses(1, 2, 3)), List.of(losses(1, 2), losses(1, 2))))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("seed 1")
                .hasMessageContaining("expected 2");
    }

    @Test
    void difference_fewerSeedsThanTheBaseline_isRefused() {
        assertThatThrownBy(() -> difference(List.of(losses(1)), List.of(losses(1), losses(2))))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("1 seeds")
                .hasMessageContaining("2");
    }

    @Test
    void difference_conversationsOfOneRecord_areThePlainBootstrap() {
        double[] bits = new Random(5).doubles(30, -1, 2).toArray();
        double[] ones = new double[bits.length];
        Arrays.fill(ones, 1);
        List<String> conversations =
                IntStream.range(0, bits.length).mapToObj(i -> "c" + i).toList();

        Interval clustered = clustered(bits, conversations);

        Interval plain = BOOTSTRAP.ratio(bits, ones);
        assertThat(clustered.value()).isCloseTo(plain.value(), within(1e-12));
        assertThat(clustered.low()).isCloseTo(plain.low(), within(1e-12));
        assertThat(clustered.high()).isCloseTo(plain.high(), within(1e-12));
    }

    @Test
    void difference_recordsThatRepeatTheirConversation_areNoNewEvidence() {
        // Nine records say what one says: the interval is that of the conversations, 3 times as wide as that of as many
        // records on their own.
        int conversations = 100;
        int repeats = 9;
        double[] once = new Random(9).doubles(conversations, -1, 1).toArray();
        double[] bits = IntStream.range(0, conversations * repeats)
                .mapToDouble(i -> once[i / repeats])
                .toArray();
        List<String> together = IntStream.range(0, bits.length)
                .mapToObj(i -> "story " + i / repeats)
                .toList();
        List<String> apart =
                IntStream.range(0, bits.length).mapToObj(i -> "record " + i).toList();

        double width = width(clustered(bits, together));

        assertThat(width).isCloseTo(width(clustered(once, together(conversations))), within(1e-12));
        // Either width is known to some 4%.
        assertThat(width / width(clustered(bits, apart))).isCloseTo(Math.sqrt(repeats), within(0.2));
    }

    @Test
    void difference_fourTimesTheConversations_isHalfAsWide() {
        double[] many = new Random(10).doubles(400, -1, 1).toArray();
        double[] few = Arrays.copyOf(many, 100);

        double ratio = width(clustered(few, together(few.length))) / width(clustered(many, together(many.length)));

        // The standard deviation of 100 uniform values is itself known to 5%.
        assertThat(ratio).isCloseTo(2, within(0.3));
    }

    @Test
    void difference_recordsOfAConversationThatStandApart_areDrawnTogether() {
        // Two conversations of -1 and +1, their records interleaved: a draw has both of one, both of the other, or all.
        Interval difference = clustered(new double[] {-1, 1, -1, 1}, List.of("a", "b", "a", "b"));

        assertThat(difference).isEqualTo(new Interval(0, -1, 1));
    }

    @Test
    void difference_conversationsOfOtherRecords_areRefused() {
        assertThatThrownBy(() -> PairedLosses.of(List.of(losses(1, 2)), List.of(losses(1, 2)), List.of("a")))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("expected 1");
    }

    private static Interval clustered(double[] bits, List<String> conversations) {
        return PairedLosses.of(List.of(losses(bits)), List.of(losses(new double[bits.length])), conversations)
                .difference(BOOTSTRAP)
                .interval(0.95);
    }

    private static List<String> together(int conversations) {
        return IntStream.range(0, conversations).mapToObj(i -> "story " + i).toList();
    }

    private static double width(Interval interval) {
        return interval.high() - interval.low();
    }

    private static Interval difference(List<List<RecordLoss>> arm, List<List<RecordLoss>> baseline) {
        List<String> eachItsOwn = IntStream.range(0, baseline.get(0).size())
                .mapToObj(String::valueOf)
                .toList();
        return PairedLosses.of(arm, baseline, eachItsOwn).difference(BOOTSTRAP).interval(0.95);
    }

    /** One byte each, the losses given in bits. */
    private static List<RecordLoss> losses(double... bits) {
        return Arrays.stream(bits).mapToObj(bit -> new RecordLoss(bit * BIT, 1)).toList();
    }

    private static List<List<RecordLoss>> repeat(int times, List<RecordLoss> losses) {
        return IntStream.range(0, times).mapToObj(i -> losses).toList();
    }
}
