package io.stillstream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.trainer.loss.MultiLevelOt.Matching;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MultiLevelOT under the plan of spelling: its values by hand, its gradients against finite differences, in chunks. */
class SpelledLossTest {

    private static final int VOCABULARY = 9;
    private static final int HIDDEN = 5;
    private static final double LOG_2 = Math.log(2);

    /** Of s = (1/2, 1/4, 1/4). */
    private static final double[] HALF_QUARTER_QUARTER = {LOG_2, 0, 0};

    static Stream<LossConfig> losses() {
        return Stream.of(
                spelled(1, 0, 1, Ramp.NONE),
                spelled(0.3, 0, 1, Ramp.NONE),
                spelled(0.7, 0.5, 1, Ramp.NONE),
                spelled(1, 2, 0, Ramp.NONE),
                spelled(0.6, 0.5, 1, Ramp.NONE).with(new CrossEntropy(0, Ramp.NONE)),
                spelled(0.6, 0.5, 1, Ramp.NONE).with(new CrossEntropy(2, Ramp.NONE)),
                spelled(0.6, 0, 1, Ramp.NONE).with(new AlignedLikelihood(0.5, 1, Ramp.NONE)));
    }

    @Test
    void value_massesOnTwoTokens_isTheirCrossEntropy() {
        LossProbe.Outcome outcome = LossProbe.run(
                spelled(1, 1, 1, Ramp.NONE),
                sequence(1, new double[][] {HALF_QUARTER_QUARTER}, 0)
                        .transport(1, at(0), new int[][] {{0, 2}}, rows(0.75, 0.25), rows(0, 0), 0));
        assertThat(outcome.value("sequential_logarithmic")).isCloseTo(0.75 * LOG_2 + 0.25 * 2 * LOG_2, within(1e-12));
        assertThat(outcome.value("holistic_absolute_difference")).isCloseTo(0.25, within(1e-12));
        assertThat(outcome.value("sinkhorn_distance")).isZero();
        assertThat(outcome.value("cross_entropy")).as("α is 1").isZero();
        // The logits' gradient is s − t̃, and that of HAD −s where t̃ > s.
        double had = Math.signum(0.5 - 0.75);
        double[] s = {0.5, 0.25, 0.25};
        double[] target = {0.75, 0, 0.25};
        for (int v = 0; v < s.length; v++) {
            double ofHad = had * 0.5 * ((v == 0 ? 1 : 0) - s[v]);
            assertThat(outcome.gradient[v]).isCloseTo(s[v] - target[v] + ofHad, within(1e-12));
        }
    }

    @Test
    void value_whatTheTextAdds_countsForTheLogarithmsAlone() {
        // The token that was expected, 0, gives its unit to the label, 1; the label has no mass of its own.
        LossProbe.Outcome outcome = LossProbe.run(
                spelled(1, 1, 1, Ramp.NONE),
                sequence(1, new double[][] {HALF_QUARTER_QUARTER}, 1)
                        .transport(1, at(0), new int[][] {{0, 2, 1}}, rows(0.75, 0.25, 0), rows(-1, 0, 1), 0));
        assertThat(outcome.value("sequential_logarithmic"))
                .isCloseTo(-0.25 * LOG_2 + 0.25 * 2 * LOG_2 + 2 * LOG_2, within(1e-12));
        assertThat(outcome.value("holistic_absolute_difference")).isCloseTo(0.25, within(1e-12));
        assertThat(outcome.gradient)
                .containsExactly(new double[] {0.5 + 0.25 + had(0), 0.25 - 1 + had(1), had(2)}, within(1e-12));
    }

    /** HAD's gradient where s(0) = 1/2 is below t̃(0) and s(2) = 1/4 is t̃(2). */
    private static double had(int v) {
        double[] s = {0.5, 0.25, 0.25};
        return -0.5 * ((v == 0 ? 1 : 0) - s[v]);
    }

    @Test
    void value_massThatNothingStandsFor_isOneTokenMore() {
        LossProbe.Outcome outcome = LossProbe.run(
                spelled(1, 0, 1, Ramp.NONE),
                sequence(1, new double[][] {HALF_QUARTER_QUARTER}, 1)
                        .transport(1, at(0), new int[][] {{0}}, rows(0.2), rows(0), 0.8)
                        .unlabelled());
        assertThat(outcome.value("sequential_logarithmic")).isCloseTo(0.2 * LOG_2 + 0.8 * LOG_2, within(1e-12));
        assertThat(outcome.value("cross_entropy")).isZero();
        // 1 − s(0) is pushed up as one token: s(0) − 0.2 there, shared in proportion by the others.
        assertThat(outcome.gradient[0]).isCloseTo(0.3, within(1e-12));
        assertThat(outcome.gradient[1]).isCloseTo(-0.15, within(1e-12));
        assertThat(outcome.gradient[2]).isCloseTo(-0.15, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "0.5, 1", "1, 0.5", "0.3, 0.5", "0, 1", "1, 0"})
    void gradient_alphaAndTrust_moveTheLabelsWeightToTheTarget(double alpha, double trust) {
        // The second position has no target: its label keeps all its weight.
        double[][] logits = {HALF_QUARTER_QUARTER, HALF_QUARTER_QUARTER};
        LossProbe.Outcome outcome = LossProbe.run(
                spelled(alpha, 0, 1, Ramp.NONE),
                sequence(1, logits, 2, 1)
                        .transport(trust, at(0), new int[][] {{0, 1}}, rows(0.75, 0.25), rows(0, 0), 0));
        double a = alpha * trust;
        double[] expected = {
            (0.5 - a * 0.75) / 2, (0.25 - a * 0.25) / 2, (0.25 - (1 - a)) / 2, 0.5 / 2, (0.25 - 1) / 2, 0.25 / 2
        };
        assertThat(outcome.gradient).containsExactly(expected, within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradient_everyWeight_isTheFiniteDifference(LossConfig loss) {
        LossProbe.Sequence[] sequences = sequences(new Random(11), VOCABULARY);
        double[] gradient = LossProbe.run(loss, sequences).gradient;
        double step = 1e-5;
        int at = 0;
        for (LossProbe.Sequence sequence : sequences) {
            for (double[] row : sequence.rows) {
                for (int v = 0; v < VOCABULARY; v++) {
                    double value = row[v];
                    row[v] = value + step;
                    double above = LossProbe.run(loss, sequences).total;
                    row[v] = value - step;
                    double below = LossProbe.run(loss, sequences).total;
                    row[v] = value;
                    assertThat(gradient[at + v]).isCloseTo((above - below) / (2 * step), within(1e-7));
                }
                at += VOCABULARY;
            }
        }
    }

    /** The reported norm is that of the term's own gradient, which a run of it alone shows whole. */
    @ParameterizedTest
    @ValueSource(doubles = {0.3, 1})
    void gradientNorm_ofEachTerm_isThatOfTheTermAlone(double alpha) {
        LossProbe.Sequence[] sequences = sequences(new Random(12), VOCABULARY);
        LossConfig both = spelled(alpha, 0.5, 1, Ramp.NONE);
        LossProbe.Outcome outcome = LossProbe.run(both, sequences);
        LossConfig unlabelled = both.with(new CrossEntropy(0, Ramp.NONE));
        LossProbe.Outcome sl = LossProbe.run(unlabelled.with(term(alpha, 0.0, 1.0, Ramp.NONE)), sequences);
        LossProbe.Outcome had = LossProbe.run(unlabelled.with(term(alpha, 0.5, 0.0, Ramp.NONE)), sequences);
        LossProbe.Outcome ce = LossProbe.run(both.with(term(alpha, 0.0, 0.0, Ramp.NONE)), sequences);
        assertThat(outcome.gradientNorm("sequential_logarithmic")).isCloseTo(sl.norm(), within(1e-9));
        assertThat(outcome.gradientNorm("holistic_absolute_difference")).isCloseTo(had.norm(), within(1e-9));
        assertThat(outcome.gradientNorm("cross_entropy")).isCloseTo(ce.norm(), within(1e-9));
        assertThat(sl.norm()).isPositive();
        assertThat(had.norm()).isPositive();
        assertThat(outcome.gradientNorm("sinkhorn_distance")).isZero();
        double[] sum = new double[outcome.gradient.length];
        Arrays.setAll(sum, i -> sl.gradient[i] + had.gradient[i] + ce.gradient[i]);
        assertThat(outcome.gradient).containsExactly(sum, within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void chunks_ofAnySize_giveWhatAllAtOnceGives(LossConfig loss) {
        LossProbe.Sequence[] states = sequences(new Random(13), HIDDEN);
        double[][] projection = gaussian(new Random(14), VOCABULARY, HIDDEN);
        LossProbe.Outcome whole = LossProbe.run(loss, DataType.FLOAT64, 1000, projection, states);
        for (int chunk : new int[] {1, 3, 10}) {
            LossProbe.Outcome cut = LossProbe.run(loss, DataType.FLOAT64, chunk, projection, states);
            assertThat(cut.total).isCloseTo(whole.total, within(1e-12));
            assertThat(cut.gradient).containsExactly(whole.gradient, within(1e-12));
            assertThat(cut.weightGradient).containsExactly(whole.weightGradient, within(1e-12));
            LossProbe.Outcome single = LossProbe.run(loss, DataType.FLOAT32, chunk, projection, states);
            assertThat(single.gradient).containsExactly(whole.gradient, within(1e-5));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void run_twice_givesTheSameBits(LossConfig loss) {
        LossProbe.Sequence[] states = sequences(new Random(15), HIDDEN);
        double[][] projection = gaussian(new Random(16), VOCABULARY, HIDDEN);
        LossProbe.Outcome once = LossProbe.run(loss, DataType.FLOAT32, 3, projection, states);
        LossProbe.Outcome again = LossProbe.run(loss, DataType.FLOAT32, 3, projection, states);
        assertThat(again.gradient).isEqualTo(once.gradient);
        assertThat(again.weightGradient).isEqualTo(once.weightGradient);
        assertThat(again.total).isEqualTo(once.total);
    }

    /** A sequence's gradient does not depend on those beside it, whether or not they have targets. */
    @Test
    void gradient_besideASequenceWithoutTarget_isThatAlone() {
        LossConfig loss = spelled(1, 0.5, 1, Ramp.NONE);
        LossProbe.Sequence[] both = sequences(new Random(17), VOCABULARY);
        LossProbe.Sequence bare = new LossProbe.Sequence(both[2].rows, both[2].labels);
        LossProbe.Outcome together = LossProbe.run(loss, both[0], bare);
        LossProbe.Outcome first = LossProbe.run(loss, both[0]);
        LossProbe.Outcome second = LossProbe.run(LossConfig.crossEntropyAlone(), bare);
        double[] apart = Stream.of(first.gradient, second.gradient)
                .flatMapToDouble(Arrays::stream)
                .toArray();
        assertThat(together.gradient).containsExactly(apart, within(1e-12));
        LossProbe.Outcome bareAlone = LossProbe.run(loss, bare);
        assertThat(bareAlone.gradient).as("no target at all").containsExactly(second.gradient, within(1e-12));
        assertThat(bareAlone.value("sequential_logarithmic")).isZero();
    }

    @Test
    void gradient_tokensWithoutAChance_isFinite() {
        double[] sure = new double[VOCABULARY];
        Arrays.setAll(sure, v -> v == 3 ? 1e4 : -1e4);
        for (DataType precision : new DataType[] {DataType.FLOAT32, DataType.FLOAT64}) {
            LossProbe.Sequence sequence = sequence(1, new double[][] {sure, sure}, 0, 3)
                    .transport(
                            1,
                            new int[] {0, 1},
                            new int[][] {{0, 1}, {3, -1}},
                            new double[][] {{0.5, 0.5}, {0.5, 0}},
                            new double[][] {{0, 0}, {0, 0}},
                            0,
                            0.5);
            LossProbe.Outcome outcome = LossProbe.run(spelled(1, 1, 1, Ramp.NONE), precision, 1, null, sequence);
            assertThat(outcome.total).isFinite();
            assertThat(Arrays.stream(outcome.gradient)).allMatch(Double::isFinite);
        }
    }

    @Test
    void gradient_rampOnAlpha_leavesTheLabelWhatItDoesNotTake() {
        LossConfig ramped = spelled(0.8, 0, 1, new Ramp(0.25, 1, 4));
        LossProbe.Sequence[] sequences = sequences(new Random(18), VOCABULARY);
        for (int step : new int[] {1, 3, 5, 100}) {
            double factor = Math.min(1, 0.25 + 0.75 * (step - 1) / 4);
            LossProbe.Outcome found = LossProbe.run(ramped, step, DataType.FLOAT64, Integer.MAX_VALUE, null, sequences);
            LossProbe.Outcome fixed = LossProbe.run(spelled(0.8 * factor, 0, 1, Ramp.NONE), sequences);
            assertThat(found.gradient).as("step %d", step).containsExactly(fixed.gradient, within(1e-12));
        }
    }

    @Test
    void constructor_alphaAboveOne_isRefused() {
        assertThatThrownBy(() -> term(1.5, 0.0, 1.0, Ramp.NONE))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("alpha is 1.5; expected 0 to 1");
        assertThat(term(1.0, 0.0, 1.0, Ramp.NONE).weight()).isEqualTo(1);
        // Of the other variants α is a weight beside the labels', not a part of it.
        assertThat(of(Variant.PAPER, 1.5, 0.5, 0.0, 1.0, 0.1, Ramp.NONE).weight())
                .isEqualTo(1.5);
    }

    @Test
    void constructor_alphaGivenOutsideZeroToOne_isRefused() {
        for (double alphaGiven : new double[] {-0.1, 1.1}) {
            assertThatThrownBy(() -> of(Variant.SPELLED, 1.0, alphaGiven, 0.0, 1.0, null, Ramp.NONE))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining("alpha-given is " + alphaGiven + "; expected 0 to 1");
        }
    }

    @Test
    void alphaOnGiven_teacherBehindTheStudent_isLessByTheLikelihoodOfEightBytes() {
        MultiLevelOt evidence = of(Variant.SPELLED, 1.0, 0.5, 0.0, 1.0, null, Ramp.NONE);
        assertThat(evidence.alphaOnGiven(Double.NaN)).isEqualTo(0.5);
        assertThat(evidence.alphaOnGiven(0)).isEqualTo(0.5);
        assertThat(evidence.alphaOnGiven(0.25)).isEqualTo(0.5);
        // Eight bytes at a quarter of a bit.
        assertThat(evidence.alphaOnGiven(-0.25)).isCloseTo(0.5 / 4, within(1e-12));
        assertThat(evidence.alphaOnGiven(-100)).isCloseTo(0, within(1e-12));
    }

    @Test
    void constructor_sinkhornDistanceWithSpelled_isRefused() {
        assertThatThrownBy(() -> of(Variant.SPELLED, 1.0, 0.5, 0.0, 1.0, 0.1, Ramp.NONE))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("gamma")
                .hasMessageContaining("0.1")
                .hasMessageContaining("0 with variant spelled, which leaves nothing to match");
        assertThat(of(Variant.SPELLED, 1.0, 0.5, 0.0, 1.0, 0.0, Ramp.NONE).weight())
                .isEqualTo(1);
    }

    @Test
    void constructor_alphaWithoutVariant_isRefused() {
        assertThatThrownBy(() -> of(Variant.NONE, 1.0, 0.5, null, null, null, Ramp.NONE))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("variant")
                .hasMessageContaining("spelled, paper, released or stable beside alpha 1.0");
    }

    private static LossConfig spelled(double alpha, double eta, double beta, Ramp ramp) {
        return LossConfig.crossEntropyAlone().with(term(alpha, eta, beta, ramp));
    }

    private static MultiLevelOt term(Double alpha, Double eta, Double beta, Ramp ramp) {
        return of(Variant.SPELLED, alpha, 0.5, eta, beta, null, ramp);
    }

    private static MultiLevelOt of(
            Variant variant, Double alpha, double alphaGiven, Double eta, Double beta, Double gamma, Ramp ramp) {
        return new MultiLevelOt(
                variant, Matching.SORT, alpha, alphaGiven, 8, eta, beta, gamma, 50, 1.0, 2.0, 0.1, null, ramp);
    }

    private static LossProbe.Sequence sequence(double trust, double[][] rows, int... labels) {
        LossProbe.Sequence sequence = new LossProbe.Sequence(rows, labels);
        sequence.trust = trust;
        return sequence;
    }

    private static int[] at(int... steps) {
        return steps;
    }

    private static double[][] rows(double... row) {
        return new double[][] {row};
    }

    /**
     * Three sequences: the first with targets of one to three tokens, one of which the text corrects; the second the
     * student's own, with a rest; the third with none.
     */
    private static LossProbe.Sequence[] sequences(Random random, int width) {
        return new LossProbe.Sequence[] {
            labelled(random, 5, width)
                    .spans(new int[] {0, 0, 1, -1, -1}, -0.5, -1.5)
                    .transport(
                            0.75,
                            new int[] {0, 1, 4},
                            new int[][] {{4, 7, 1}, {8, -1, -1}, {0, 3, -1}},
                            new double[][] {{0.6, 0.4, 0}, {1, 0, 0}, {0.1, 0.9, 0}},
                            new double[][] {{0, -1, 1}, {0, 0, 0}, {0, 0, 0}},
                            0,
                            0,
                            0),
            labelled(random, 3, width)
                    .transport(
                            1,
                            new int[] {0, 2},
                            new int[][] {{5, 6}, {2, -1}},
                            new double[][] {{0.3, 0.1}, {0.5, 0}},
                            new double[][] {{0, 0}, {0, 0}},
                            0.6,
                            0.5)
                    .unlabelled(),
            labelled(random, 2, width)
        };
    }

    private static LossProbe.Sequence labelled(Random random, int length, int width) {
        int[] labels =
                IntStream.range(0, length).map(i -> random.nextInt(VOCABULARY)).toArray();
        return new LossProbe.Sequence(gaussian(random, length, width), labels);
    }

    private static double[][] gaussian(Random random, int rows, int columns) {
        double[][] matrix = new double[rows][columns];
        for (double[] row : matrix) {
            Arrays.setAll(row, i -> random.nextGaussian());
        }
        return matrix;
    }
}
