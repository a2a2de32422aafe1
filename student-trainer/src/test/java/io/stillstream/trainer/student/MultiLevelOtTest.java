package io.stillstream.trainer.student;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.stillstream.trainer.torchscript.TorchEngine;
import io.stillstream.trainer.torchscript.TorchScriptArchive;
import io.stillstream.trainer.torchscript.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MultiLevelOtTest {

    private static final int VOCABULARY = 11;
    private static final LossConfig.MultiLevelOt PAPER = LossConfig.multiLevelOt();

    /** A student's response beside a teacher's: the lengths differ on purpose. */
    private static final class Sequence {

        final double[][] logits;
        final int[] labels;
        final double[][] teacher;

        Sequence(double[][] logits, int[] labels, double[][] teacher) {
            this.logits = logits;
            this.labels = labels;
            this.teacher = teacher;
        }

        static Sequence random(Random random, int length, int teacherLength, int columns) {
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
            return new Sequence(logits, labels, teacher);
        }
    }

    private static final class Outcome {

        final double[] terms;
        final double[] gradient;

        Outcome(double[] terms, double[] gradient) {
            this.terms = terms;
            this.gradient = gradient;
        }
    }

    static Stream<LossConfig.MultiLevelOt> losses() {
        return Stream.of(
                PAPER,
                new LossConfig.MultiLevelOt(1, 4, 0.15, 0.1, 0.1, 1, 2, 0.1, 20),
                new LossConfig.MultiLevelOt(0.5, 6, 1.5, 0.7, 0.4, 3, 1, 0.3, 5),
                new LossConfig.MultiLevelOt(0, 50, 1, 0, 1, 1, 2, 1.0, 1));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void terms_anyLengths_areThePapersEquations(LossConfig.MultiLevelOt loss) {
        Random random = new Random(5);
        for (int[] lengths : new int[][] {{4, 4}, {3, 6}, {6, 3}, {1, 1}, {1, 5}}) {
            Sequence sequence = Sequence.random(random, lengths[0], lengths[1], 8);
            double[] expected = PaperMultiLevelOt.terms(sequence.logits, sequence.labels, sequence.teacher, loss);
            assertThat(run(loss, sequence).terms).containsExactly(expected, within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void gradient_ofTheLogits_isTheFiniteDifference(LossConfig.MultiLevelOt loss) {
        Sequence sequence = Sequence.random(new Random(9), 4, 3, 8);
        double[] gradient = run(loss, sequence).gradient;
        double step = 1e-5;
        for (int i = 0; i < gradient.length; i++) {
            double[] row = sequence.logits[i / VOCABULARY];
            double value = row[i % VOCABULARY];
            row[i % VOCABULARY] = value + step;
            double above = PaperMultiLevelOt.terms(sequence.logits, sequence.labels, sequence.teacher, loss)[0];
            row[i % VOCABULARY] = value - step;
            double below = PaperMultiLevelOt.terms(sequence.logits, sequence.labels, sequence.teacher, loss)[0];
            row[i % VOCABULARY] = value;
            assertThat(gradient[i]).as("logit %d", i).isCloseTo((above - below) / (2 * step), within(1e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("losses")
    void batch_ofUnequalLengths_isTheSumOfItsSequences(LossConfig.MultiLevelOt loss) {
        Random random = new Random(13);
        Sequence[] sequences = {
            Sequence.random(random, 5, 2, 8), Sequence.random(random, 1, 7, 8), Sequence.random(random, 3, 3, 8)
        };
        Outcome together = run(loss, sequences);
        double[] sums = new double[5];
        int from = 0;
        for (Sequence sequence : sequences) {
            Outcome alone = run(loss, sequence);
            Arrays.setAll(sums, i -> sums[i] + alone.terms[i]);
            double[] part = Arrays.copyOfRange(together.gradient, from, from + alone.gradient.length);
            assertThat(part).containsExactly(alone.gradient, within(1e-12));
            from += alone.gradient.length;
        }
        assertThat(together.terms).containsExactly(sums, within(1e-10));
    }

    private static Outcome run(LossConfig loss, Sequence... sequences) {
        int n = Arrays.stream(sequences)
                .mapToInt(sequence -> sequence.labels.length)
                .sum();
        int columns = sequences[0].teacher[0].length;
        int teacherLength = Arrays.stream(sequences)
                .mapToInt(sequence -> sequence.teacher.length)
                .max()
                .orElseThrow();
        double[] logits = new double[n * VOCABULARY];
        long[] labels = new long[n];
        long[] indices = new long[n];
        long[] steps = new long[n];
        double[] lengths = new double[sequences.length];
        long[] teacherLengths = new long[sequences.length];
        double[] teacher = new double[sequences.length * teacherLength * columns];
        Arrays.fill(teacher, Double.NEGATIVE_INFINITY);
        int next = 0;
        for (int b = 0; b < sequences.length; b++) {
            lengths[b] = sequences[b].labels.length;
            teacherLengths[b] = sequences[b].teacher.length;
            for (int t = 0; t < sequences[b].labels.length; t++, next++) {
                System.arraycopy(sequences[b].logits[t], 0, logits, next * VOCABULARY, VOCABULARY);
                labels[next] = sequences[b].labels[t];
                indices[next] = b;
                steps[next] = t;
            }
            for (int t = 0; t < sequences[b].teacher.length; t++) {
                System.arraycopy(sequences[b].teacher[t], 0, teacher, (b * teacherLength + t) * columns, columns);
            }
        }
        try (TorchScriptModule probe = TorchScriptModule.load(probe(loss));
                NDManager scope = TorchEngine.newScope()) {
            NDList results = probe.call(
                    scope,
                    "forward",
                    new NDList(
                            scope.create(logits, new Shape(n, VOCABULARY)),
                            scope.create(labels),
                            scope.create(indices),
                            scope.create(steps),
                            scope.create(lengths),
                            scope.create(teacher, new Shape(sequences.length, teacherLength, columns)),
                            scope.create(teacherLengths)));
            return new Outcome(results.get(0).toDoubleArray(), results.get(1).toDoubleArray());
        }
    }

    private static TorchScriptArchive probe(LossConfig loss) {
        Map<String, String> sources = new LinkedHashMap<>();
        List.of("/probe", "/torchscript/multilevelot", "/torchscript/cross_entropy")
                .forEach(name -> sources.put(name.substring(name.lastIndexOf('/') + 1), text(name + ".py")));
        Map<String, Object> attributes = new LinkedHashMap<>(loss.attributes());
        attributes.put("training", true);
        return new TorchScriptArchive("probe.Probe", sources, attributes);
    }

    private static String text(String resource) {
        try (InputStream in = MultiLevelOtTest.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
