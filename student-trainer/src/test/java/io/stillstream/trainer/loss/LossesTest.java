package io.stillstream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.types.DataType;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each loss against hand-made numbers and finite differences, and all of them in chunks against all at once. */
class LossesTest {

    private static final int VOCABULARY = 11;
    /** Near the logits' own size, so that it bends them. */
    private static final double SOFT_CAP = 2;

    private static final double LOG_2 = Math.log(2);

    static Stream<LossConfig> losses() {
        LossConfig alone = LossConfig.crossEntropyAlone();
        Stream<LossConfig> others = Stream.of(
                alone.with(new Uld(1.5, 3, Ramp.NONE)),
                alone.with(new AlignedLikelihood(2, 10, Ramp.NONE)),
                LossConfig.multiLevelOt(Variant.PAPER)
                        .with(new AlignedLikelihood(1, 1, Ramp.NONE))
                        .with(new Kl(0.5, Ramp.NONE)),
                LossConfig.multiLevelOt(Variant.STABLE).with(new CrossEntropy(0, Ramp.NONE)));
        return Stream.concat(LossConfig.presets().values().stream(), others);
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradient_everyLoss_isTheFiniteDifference(LossConfig loss) {
        requireFiniteDifferences(sequences -> LossProbe.run(loss, sequences));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradient_everyLossOfCappedLogits_isTheFiniteDifference(LossConfig loss) {
        requireFiniteDifferences(sequences -> LossProbe.runCapped(loss, SOFT_CAP, sequences));
    }

    private static void requireFiniteDifferences(Function<LossProbe.Sequence[], LossProbe.Outcome> run) {
        LossProbe.Sequence[] sequences = sequences(new Random(4));
        double[] gradient = run.apply(sequences).gradient;
        double step = 1e-5;
        int at = 0;
        for (LossProbe.Sequence sequence : sequences) {
            for (double[] row : sequence.rows) {
                for (int v = 0; v < VOCABULARY; v += 2) {
                    double value = row[v];
                    row[v] = value + step;
                    double above = run.apply(sequences).total;
                    row[v] = value - step;
                    double below = run.apply(sequences).total;
                    row[v] = value;
                    assertThat(gradient[at + v]).isCloseTo((above - below) / (2 * step), within(1e-6));
                }
                at += VOCABULARY;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradientNorm_ofEachTerm_isThatOfTheTermAlone(LossConfig loss) {
        LossProbe.Sequence[] sequences = sequences(new Random(6));
        LossProbe.Outcome outcome = LossProbe.run(loss, sequences);
        if (loss.terms().size() == 1) {
            assertThat(outcome.gradientNorm(loss.terms().get(0))).isCloseTo(outcome.norm(), within(1e-9));
        }
        double crossEntropy = outcome.terms.containsKey("cross_entropy") ? outcome.gradientNorm("cross_entropy") : 0;
        double alone = LossProbe.run(LossConfig.crossEntropyAlone(), sequences).norm();
        // Transport by spelling takes over part of the labels' weight.
        if (loss.multilevelot().variant() != Variant.SPELLED) {
            assertThat(crossEntropy == 0 ? alone : crossEntropy).isCloseTo(alone, within(1e-9));
        }
        if (loss.multilevelot().isOn()) {
            MultiLevelOt had = only(loss.multilevelot());
            LossProbe.Outcome hadAlone = LossProbe.run(
                    LossConfig.crossEntropyAlone().with(had).with(new CrossEntropy(0, Ramp.NONE)), sequences);
            assertThat(outcome.gradientNorm("holistic_absolute_difference")).isCloseTo(hadAlone.norm(), within(1e-9));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void chunks_ofAnySize_giveWhatAllAtOnceGives(LossConfig loss) {
        Random random = new Random(8);
        int hidden = 5;
        double[][] projection = new double[VOCABULARY][hidden];
        for (double[] row : projection) {
            Arrays.setAll(row, i -> random.nextGaussian());
        }
        LossProbe.Sequence[] sequences = sequences(random);
        LossProbe.Sequence[] states = new LossProbe.Sequence[sequences.length];
        for (int i = 0; i < states.length; i++) {
            double[][] rows = new double[sequences[i].rows.length][hidden];
            for (double[] row : rows) {
                Arrays.setAll(row, h -> random.nextGaussian());
            }
            states[i] = new LossProbe.Sequence(rows, sequences[i].labels)
                    .teacher(sequences[i].teacher)
                    .pairs(sequences[i].pairs)
                    .matched(sequences[i].matched)
                    .shared(sequences[i].shared)
                    .spans(sequences[i].spans, sequences[i].spanTeacher)
                    .transportOf(sequences[i]);
        }
        LossProbe.Outcome whole = LossProbe.run(loss, DataType.FLOAT32, 1000, projection, states);
        for (int chunk : new int[] {1, 3, 4}) {
            LossProbe.Outcome cut = LossProbe.run(loss, DataType.FLOAT32, chunk, projection, states);
            assertThat(cut.total).isCloseTo(whole.total, within(1e-5 * Math.abs(whole.total)));
            assertThat(distance(cut.gradient, whole.gradient)).isLessThan(1e-5);
            assertThat(distance(cut.weightGradient, whole.weightGradient)).isLessThan(1e-5);
        }
    }

    @Test
    void uld_twoPositions_isTheSortedDifferenceWithTheRestAsOne() {
        // Student 1/2, 1/4, 1/4 whatever the order; the teacher keeps 0.7 and 0.2 and leaves 0.1.
        double[][] logits = {{0, LOG_2, 0}, {LOG_2, 0, 0}};
        double[] teacher = {Math.log(0.7), Math.log(0.2)};
        LossProbe.Outcome outcome = LossProbe.run(
                LossConfig.crossEntropyAlone().with(new Uld(1.5, 50, Ramp.NONE)),
                new LossProbe.Sequence(logits, new int[] {0, 0}).teacher(new double[][] {teacher, teacher}));
        assertThat(outcome.value("uld")).isCloseTo(0.2 + 0.05 + 0.15, within(1e-12));
    }

    @Test
    void alignedLikelihood_aSpanOfTwoTokens_isTheBinaryCrossEntropy() {
        // Two tokens of probability 1/2 each are a span of 1/4; the teacher gives it 0.4.
        double[][] logits = {{LOG_2, 0, 0}, {LOG_2, 0, 0}, {0, 0, 5}};
        LossProbe.Outcome outcome = LossProbe.run(
                LossConfig.crossEntropyAlone().with(new AlignedLikelihood(1, 1, Ramp.NONE)),
                new LossProbe.Sequence(logits, new int[] {0, 0, 1}).spans(new int[] {0, 0, -1}, Math.log(0.4)));
        assertThat(outcome.value("aligned_likelihood"))
                .isCloseTo(-(0.4 * Math.log(0.25) + 0.6 * Math.log(0.75)), within(1e-12));
    }

    @Test
    void kl_oneVocabulary_countsTheTailAsOneToken() {
        double[][] logits = {{LOG_2, 0, 0}};
        LossProbe.Outcome outcome = LossProbe.run(
                LossConfig.crossEntropyAlone().with(new Kl(1, Ramp.NONE)),
                new LossProbe.Sequence(logits, new int[] {0})
                        .teacher(new double[][] {{Math.log(0.2)}})
                        .pairs(new int[] {0, 0})
                        .shared(new int[] {2}));
        double expected = 0.2 * Math.log(0.2 / 0.25) + 0.8 * Math.log(0.8 / 0.75);
        assertThat(outcome.value("kl")).isCloseTo(expected, within(1e-12));
    }

    @Test
    void stable_studentAgreesOnTheMatchedToken_comparesItWithItsNamesakeWhateverItsRank() {
        // The student's token 2 is the teacher's first column and the student's last.
        double[][] logits = {{LOG_2, LOG_2, 0}};
        LossProbe.Outcome outcome = LossProbe.run(
                LossConfig.multiLevelOt(Variant.STABLE),
                new LossProbe.Sequence(logits, new int[] {0})
                        .teacher(new double[][] {{Math.log(0.2), Math.log(0.4)}})
                        .pairs(new int[] {0, 0})
                        .matched(2, -1));
        assertThat(outcome.value("holistic_absolute_difference")).isCloseTo(0, within(1e-12));
        double entropy = -(0.2 * Math.log(0.2) + 0.4 * Math.log(0.4) + 0.4 * Math.log(0.4));
        assertThat(outcome.value("sequential_logarithmic")).isCloseTo(entropy, within(1e-12));
    }

    @Test
    void stable_aResponseTwiceOver_isTheSame() {
        LossProbe.Sequence once = sequences(new Random(2))[0];
        double[][] rows =
                Stream.of(once.rows, once.rows).flatMap(Arrays::stream).toArray(double[][]::new);
        double[][] teacher =
                Stream.of(once.teacher, once.teacher).flatMap(Arrays::stream).toArray(double[][]::new);
        int[][] pairs = Stream.concat(
                        Arrays.stream(once.pairs), Arrays.stream(once.pairs).map(pair ->
                                new int[] {pair[0] + once.rows.length, pair[1] + once.teacher.length}))
                .toArray(int[][]::new);
        int[] labels = new int[rows.length];
        Arrays.setAll(labels, i -> once.labels[i % once.labels.length]);
        LossConfig loss = LossConfig.multiLevelOt(Variant.STABLE);
        LossProbe.Outcome twice = LossProbe.run(
                loss,
                new LossProbe.Sequence(rows, labels)
                        .teacher(teacher)
                        .pairs(pairs)
                        .matched(once.matched));
        LossProbe.Outcome single = LossProbe.run(loss, once);
        single.terms.forEach(
                (term, value) -> assertThat(twice.value(term)).as(term).isCloseTo(value[0], within(1e-10)));
    }

    @Test
    void ramp_aSchedule_movesTheWeightLinearlyAndStays() {
        Ramp ramp = new Ramp(0, 2, 4);
        assertThat(ramp.factor(1)).isEqualTo(0);
        assertThat(ramp.factor(3)).isEqualTo(1);
        assertThat(ramp.factor(5)).isEqualTo(2);
        assertThat(ramp.factor(500)).isEqualTo(2);
        Map<String, Double> weights = LossConfig.crossEntropyAlone()
                .with(new CrossEntropy(3, new Ramp(1, 0.5, 1)))
                .at(10)
                .weights();
        assertThat(weights).containsEntry("cross_entropy", 1.5);
    }

    /** Two sequences that every loss can be asked of. */
    private static LossProbe.Sequence[] sequences(Random random) {
        return Stream.of(new int[] {5, 4}, new int[] {3, 6})
                .map(lengths -> {
                    LossProbe.Sequence sequence = MultiLevelOtTest.random(random, lengths[0], lengths[1], 6);
                    // A teacher whose columns are its most probable, as ULD's are.
                    Arrays.stream(sequence.teacher).forEach(row -> {
                        Arrays.sort(row);
                        for (int i = 0; i < row.length / 2; i++) {
                            double swapped = row[i];
                            row[i] = row[row.length - 1 - i];
                            row[row.length - 1 - i] = swapped;
                        }
                    });
                    return sequence.pairs(new int[] {0, 0}, new int[] {1, 3}, new int[] {2, 2})
                            .matched(4, -1, 0, -1, -1, 9)
                            .shared(new int[] {0, 1, 2, 3, 4, 5}, new int[] {10, 9, 8, 7, 6, 5}, new int[] {
                                3, 1, 7, 0, 2, 9
                            })
                            .spans(new int[] {0, 1, 1, -1, -1}, -0.5, -2.5)
                            .transport(
                                    0.75,
                                    new int[] {0, 2},
                                    new int[][] {{4, 7, 1}, {9, -1, -1}},
                                    new double[][] {{0.5, 0.25, 0.25}, {1, 0, 0}},
                                    new double[][] {{-1, 0, 1}, {0, 0, 0}},
                                    0,
                                    0.125);
                })
                .toArray(LossProbe.Sequence[]::new);
    }

    /** The same loss with HAD alone. */
    private static MultiLevelOt only(MultiLevelOt loss) {
        return new MultiLevelOt(
                loss.variant(),
                loss.matching(),
                loss.weight(),
                0.5,
                0,
                loss.eta(),
                0.0,
                0.0,
                loss.k(),
                loss.temperatureSequential(),
                loss.temperatureSinkhorn(),
                loss.lambda(),
                loss.sinkhornRounds(),
                loss.ramp());
    }

    private static double distance(double[] found, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow(found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(difference / norm);
    }
}
