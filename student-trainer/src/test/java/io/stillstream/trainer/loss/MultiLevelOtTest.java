package io.stillstream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The paper's equations against an implementation of their own, and what must hold whatever the numbers. */
public class MultiLevelOtTest {

    private static final int VOCABULARY = 11;
    private static final List<String> TERMS =
            List.of("cross_entropy", "holistic_absolute_difference", "sequential_logarithmic", "sinkhorn_distance");

    static Stream<MultiLevelOt> losses() {
        return Stream.of(
                MultiLevelOt.of(Variant.PAPER),
                paper(4, 0.15, 0.1, 0.1, 1, 2, 0.1, 20),
                paper(6, 1.5, 0.7, 0.4, 3, 1, 0.3, 5),
                paper(50, 1, 0, 1, 1, 2, 1.0, 1));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void terms_anyLengths_areThePapersEquations(MultiLevelOt loss) {
        Random random = new Random(5);
        for (int[] lengths : new int[][] {{4, 4}, {3, 6}, {6, 3}, {1, 1}, {1, 5}}) {
            LossProbe.Sequence sequence = random(random, lengths[0], lengths[1], 8);
            double[] expected = PaperMultiLevelOt.terms(sequence.rows, sequence.labels, sequence.teacher, loss);
            LossProbe.Outcome outcome = LossProbe.run(with(loss), sequence);
            assertThat(outcome.total).isCloseTo(expected[0], within(1e-6));
            for (int i = 0; i < TERMS.size(); i++) {
                assertThat(outcome.value(TERMS.get(i))).as(TERMS.get(i)).isCloseTo(expected[i + 1], within(1e-6));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradient_ofTheLogits_isTheFiniteDifference(MultiLevelOt loss) {
        LossProbe.Sequence sequence = random(new Random(9), 4, 3, 8);
        double[] gradient = LossProbe.run(with(loss), sequence).gradient;
        double step = 1e-5;
        for (int i = 0; i < gradient.length; i++) {
            double[] row = sequence.rows[i / VOCABULARY];
            double value = row[i % VOCABULARY];
            row[i % VOCABULARY] = value + step;
            double above = PaperMultiLevelOt.terms(sequence.rows, sequence.labels, sequence.teacher, loss)[0];
            row[i % VOCABULARY] = value - step;
            double below = PaperMultiLevelOt.terms(sequence.rows, sequence.labels, sequence.teacher, loss)[0];
            row[i % VOCABULARY] = value;
            assertThat(gradient[i]).as("logit %d", i).isCloseTo((above - below) / (2 * step), within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void batch_ofUnequalLengths_isTheSumOfItsSequences(MultiLevelOt loss) {
        Random random = new Random(13);
        LossProbe.Sequence[] sequences = {random(random, 5, 2, 8), random(random, 1, 7, 8), random(random, 3, 3, 8)};
        LossProbe.Outcome together = LossProbe.run(with(loss), sequences);
        double total = 0;
        int from = 0;
        for (LossProbe.Sequence sequence : sequences) {
            LossProbe.Outcome alone = LossProbe.run(with(loss), sequence);
            total += alone.total;
            double[] part = Arrays.copyOfRange(together.gradient, from, from + alone.gradient.length);
            assertThat(part).containsExactly(alone.gradient, within(1e-12));
            from += alone.gradient.length;
        }
        assertThat(together.total).isCloseTo(total, within(1e-10));
    }

    @Test
    void terms_vocabulariesPermuted_areTheSame() {
        LossProbe.Sequence sequence = random(new Random(21), 6, 5, 8);
        List<Integer> order =
                new java.util.ArrayList<>(IntStream.range(0, VOCABULARY).boxed().toList());
        Collections.shuffle(order, new Random(1));
        double[][] permuted = Arrays.stream(sequence.rows)
                .map(row -> order.stream().mapToDouble(v -> row[v]).toArray())
                .toArray(double[][]::new);
        int[] labels = Arrays.stream(sequence.labels).map(order::indexOf).toArray();
        for (Variant variant : List.of(Variant.PAPER, Variant.RELEASED)) {
            LossConfig loss = LossConfig.multiLevelOt(variant);
            LossProbe.Outcome plain = LossProbe.run(loss, sequence);
            LossProbe.Outcome other =
                    LossProbe.run(loss, new LossProbe.Sequence(permuted, labels).teacher(sequence.teacher));
            for (String term : TERMS) {
                assertThat(other.value(term)).as(variant + " " + term).isCloseTo(plain.value(term), within(1e-10));
            }
        }
    }

    /** HAD 0, SL the teacher's entropy, SD what the blur of λ leaves: the transport within one distribution. */
    @Test
    void terms_studentIsTheTeacher_areTheFloor() {
        Random random = new Random(3);
        double[][] logits = new double[4][VOCABULARY];
        for (double[] row : logits) {
            Arrays.setAll(row, v -> 2 * random.nextGaussian() + 3.0 / (1 + v));
        }
        double[] sums = new double[VOCABULARY];
        for (double[] row : logits) {
            double[] p = PaperMultiLevelOt.softmax(row);
            Arrays.setAll(sums, v -> sums[v] + p[v]);
        }
        Integer[] ranked = IntStream.range(0, VOCABULARY).boxed().toArray(Integer[]::new);
        Arrays.sort(ranked, (a, b) -> Double.compare(sums[b], sums[a]));
        double[][] teacher = Arrays.stream(logits)
                .map(PaperMultiLevelOt::softmax)
                .map(p -> Arrays.stream(ranked).mapToDouble(v -> Math.log(p[v])).toArray())
                .toArray(double[][]::new);
        double entropy = Arrays.stream(teacher)
                .flatMapToDouble(Arrays::stream)
                .map(logT -> -Math.exp(logT) * logT)
                .sum();
        int[] labels = {1, 2, 3, 4};
        LossProbe.Sequence same = new LossProbe.Sequence(logits, labels).teacher(teacher);
        LossProbe.Outcome floor = LossProbe.run(LossConfig.multiLevelOt(Variant.PAPER), same);
        assertThat(floor.value("holistic_absolute_difference")).isCloseTo(0, within(1e-12));
        assertThat(floor.value("sequential_logarithmic")).isCloseTo(entropy, within(1e-10));
        double sharp = LossProbe.run(with(paper(50, 0.15, 0.1, 0.1, 1, 2, 0.001, 20)), same)
                .value("sinkhorn_distance");
        assertThat(sharp).isLessThan(floor.value("sinkhorn_distance")).isCloseTo(0, within(1e-2));
    }

    static Stream<Variant> variants() {
        return Stream.of(Variant.PAPER, Variant.RELEASED, Variant.STABLE);
    }

    /** Logits of ±1e4, one position, one-hot and uniform rows, more columns than tokens. */
    @ParameterizedTest
    @MethodSource("variants")
    void gradient_extremeRows_isFinite(Variant variant) {
        double[] large = new double[VOCABULARY];
        Arrays.setAll(large, v -> v % 2 == 0 ? 1e4 : -1e4);
        double[] oneHot = new double[VOCABULARY];
        oneHot[3] = 1e4;
        double[] uniform = new double[VOCABULARY];
        for (double[][] rows : new double[][][] {{large}, {oneHot}, {uniform}, {large, oneHot, uniform}}) {
            double[][] teacher = Arrays.stream(rows)
                    .map(row -> {
                        double[] sharp = new double[20];
                        Arrays.fill(sharp, Double.NEGATIVE_INFINITY);
                        sharp[0] = 0;
                        return sharp;
                    })
                    .toArray(double[][]::new);
            int[][] pairs = IntStream.range(0, rows.length)
                    .mapToObj(i -> new int[] {i, i})
                    .toArray(int[][]::new);
            int[] unmatched = IntStream.range(0, 20).map(i -> i == 0 ? 3 : -1).toArray();
            for (var precision :
                    List.of(ai.djl.ndarray.types.DataType.FLOAT32, ai.djl.ndarray.types.DataType.FLOAT64)) {
                LossProbe.Outcome outcome = LossProbe.run(
                        LossConfig.multiLevelOt(variant),
                        precision,
                        2,
                        null,
                        new LossProbe.Sequence(rows, new int[rows.length])
                                .teacher(teacher)
                                .pairs(pairs)
                                .matched(unmatched));
                assertThat(outcome.total).as(variant + " " + precision).isFinite();
                assertThat(Arrays.stream(outcome.gradient)).allMatch(Double::isFinite);
            }
        }
    }

    private static LossConfig with(MultiLevelOt loss) {
        return LossConfig.crossEntropyAlone().with(loss);
    }

    public static MultiLevelOt paper(
            int k,
            double alpha,
            double beta,
            double gamma,
            double temperatureSl,
            double temperatureSd,
            double lambda,
            int rounds) {
        return new MultiLevelOt(
                Variant.PAPER,
                MultiLevelOt.Matching.SORT,
                alpha,
                0.5,
                0,
                null,
                beta,
                gamma,
                k,
                temperatureSl,
                temperatureSd,
                lambda,
                rounds,
                Ramp.NONE);
    }

    /** A student's response beside a teacher's: the lengths differ on purpose. */
    static LossProbe.Sequence random(Random random, int length, int teacherLength, int columns) {
        double[][] logits = new double[length][VOCABULARY];
        double[][] teacher = new double[teacherLength][];
        int[] labels = new int[length];
        for (int t = 0; t < length; t++) {
            Arrays.setAll(logits[t], v -> 2 * random.nextGaussian());
            labels[t] = random.nextInt(VOCABULARY);
        }
        for (int t = 0; t < teacherLength; t++) {
            double[] all = new double[columns + 4];
            Arrays.setAll(all, v -> 2 * random.nextGaussian());
            teacher[t] = Arrays.stream(PaperMultiLevelOt.softmax(all))
                    .limit(columns)
                    .map(Math::log)
                    .toArray();
        }
        return new LossProbe.Sequence(logits, labels).teacher(teacher);
    }
}
