package io.stillstream.trainer.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.student.Golden;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The released code's values and gradients, from cases that its formulas gave in double precision: those in the test
 * resources and, where there is one, the shared folder; or those that {@code -Dmultilevelot.cases=DIR} names.
 */
class ReleasedMultiLevelOtTest {

    private static final int K = 50;
    private static final double EPSILON = 1e-4;

    static Stream<Path> cases() throws IOException, URISyntaxException {
        String folder = System.getProperty("multilevelot.cases");
        if (folder != null) {
            return casesIn(Path.of(folder));
        }
        Stream<Path> own = casesIn(Path.of(ReleasedMultiLevelOtTest.class
                .getResource("/golden/multilevelot")
                .toURI()));
        Path shared = Golden.sharedPath("golden/multilevelot");
        return Files.isDirectory(shared) ? Stream.concat(own, casesIn(shared)) : own;
    }

    private static Stream<Path> casesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
            assertThat(found).as("cases in " + folder).isNotEmpty();
            return found.stream();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sort_inDouble_isTheReleasedCode(Path file) throws IOException {
        check(file, "f1", MultiLevelOt.Matching.SORT, DataType.FLOAT64, 1e-6);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void greedy_inDouble_isTheReleasedCode(Path file) throws IOException {
        check(file, "f2", MultiLevelOt.Matching.GREEDY, DataType.FLOAT64, 1e-6);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sort_inSingle_isTheReleasedCode(Path file) throws IOException {
        check(file, "f1", MultiLevelOt.Matching.SORT, DataType.FLOAT32, 1e-4);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void greedy_inSingle_isTheReleasedCode(Path file) throws IOException {
        check(file, "f2", MultiLevelOt.Matching.GREEDY, DataType.FLOAT32, 1e-4);
    }

    private static void check(
            Path file, String form, MultiLevelOt.Matching matching, DataType precision, double tolerance)
            throws IOException {
        JsonNode root = new ObjectMapper().readTree(file.toFile());
        JsonNode expected = root.get("expected").get(form);
        assumeThat(expected.isNull())
                .as("%s has no %s: the loop was too slow to make it", file.getFileName(), form)
                .isFalse();
        int prompt = root.get("studentPrompt").asInt();
        int[] labels = ints(root.get("studentLabels"));
        double[][] student = rows(root.get("studentLogits"), prompt - 1, labels.length);
        double[][] teacher = rows(
                root.get("teacherLogits"),
                root.get("teacherPrompt").asInt() - 1,
                root.get("teacherLabels").size());

        LossProbe.Outcome outcome = LossProbe.run(
                released(matching),
                precision,
                Integer.MAX_VALUE,
                null,
                new LossProbe.Sequence(student, labels).teacher(rankedStandardised(teacher)));

        assertRelative("cross-entropy", outcome.value("cross_entropy"), expected.get("crossEntropy"), tolerance);
        assertRelative(
                "HAD",
                outcome.value("holistic_absolute_difference"),
                expected.get("holisticAbsoluteDifference"),
                tolerance);
        assertRelative("SL", outcome.value("sequential_logarithmic"), expected.get("sequentialLogarithmic"), tolerance);
        assertRelative("SD", outcome.value("sinkhorn_distance"), expected.get("sinkhornDistance"), tolerance);
        assertRelative("total", outcome.total, expected.get("total"), tolerance);

        double[][] gradient = rows(expected.get("studentGradient"), prompt - 1, labels.length);
        double[] flat = Arrays.stream(gradient).flatMapToDouble(Arrays::stream).toArray();
        double norm = Math.sqrt(Arrays.stream(flat).map(g -> g * g).sum());
        double difference = 0;
        for (int i = 0; i < flat.length; i++) {
            difference += Math.pow(flat[i] - outcome.gradient[i], 2);
        }
        assertThat(Math.sqrt(difference) / norm)
                .as("gradient of %s, %s", file.getFileName(), form)
                .isLessThan(tolerance);
    }

    private static LossConfig released(MultiLevelOt.Matching matching) {
        MultiLevelOt sorted = MultiLevelOt.of(MultiLevelOt.Variant.RELEASED);
        return LossConfig.crossEntropyAlone()
                .with(new MultiLevelOt(
                        sorted.variant(),
                        matching,
                        sorted.alpha(),
                        0.5,
                        0,
                        null,
                        sorted.beta(),
                        sorted.gamma(),
                        sorted.k(),
                        sorted.temperatureSequential(),
                        sorted.temperatureSinkhorn(),
                        sorted.lambda(),
                        sorted.rounds(),
                        sorted.ramp()));
    }

    /** What a record of the standardised ranking carries: log softmax(x / (σ + ε)) at the K columns of largest sums. */
    private static double[][] rankedStandardised(double[][] logits) {
        double[][] q = Arrays.stream(logits)
                .map(ReleasedMultiLevelOtTest::standardised)
                .toArray(double[][]::new);
        int vocabulary = q[0].length;
        double[] sums = new double[vocabulary];
        for (double[] row : q) {
            Arrays.setAll(sums, v -> sums[v] + row[v]);
        }
        int[] ranked = IntStream.range(0, vocabulary)
                .boxed()
                .sorted(Comparator.comparingDouble(v -> -sums[v]))
                .limit(K)
                .mapToInt(Integer::intValue)
                .toArray();
        return Arrays.stream(q)
                .map(row -> Arrays.stream(ranked)
                        .mapToDouble(column -> Math.log(row[column]))
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double[] standardised(double[] logits) {
        double mean = Arrays.stream(logits).average().orElseThrow();
        double deviation = Math.sqrt(
                Arrays.stream(logits).map(x -> (x - mean) * (x - mean)).sum() / (logits.length - 1));
        double[] scaled =
                Arrays.stream(logits).map(x -> x / (deviation + EPSILON)).toArray();
        double largest = Arrays.stream(scaled).max().orElseThrow();
        double z = Arrays.stream(scaled).map(x -> Math.exp(x - largest)).sum();
        return Arrays.stream(scaled).map(x -> Math.exp(x - largest) / z).toArray();
    }

    private static void assertRelative(String what, double found, JsonNode expected, double tolerance) {
        double value = expected.asDouble();
        assertThat(Math.abs(found - value) / Math.abs(value))
                .as("%s is %s, expected %s", what, found, value)
                .isLessThan(tolerance);
    }

    private static int[] ints(JsonNode array) {
        return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
    }

    private static double[][] rows(JsonNode matrix, int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(i -> IntStream.range(0, matrix.get(i).size())
                        .mapToDouble(j -> matrix.get(i).get(j).asDouble())
                        .toArray())
                .toArray(double[][]::new);
    }
}
