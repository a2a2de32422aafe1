package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loss.LossConfig;
import io.stillstream.trainer.loss.MultiLevelOt.Variant;
import io.stillstream.trainer.step.TransportTargets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The expected gradient over everything that a small teacher may write is that of cross-entropy, at every prefix of the
 * student's, whatever columns are kept.
 *
 * <p>The teacher's responses are enumerated with their probabilities: sequences of at most {@value #LONGEST} tokens, then the
 * end. Two sequences of one text are two outcomes. The student is a table of logits for each prefix of its tokens, so that a
 * bias at one prefix cannot hide behind another's. Positions count 1 instead of 1/N.
 */
class SpelledUnbiasedTest {

    private static final int LONGEST = 4;
    private static final double TOLERANCE = 1e-6;
    /** What a wrong variant must be seen by. */
    private static final double SEEN = 1e-3;

    @TempDir
    private Path directory;

    /**
     * Two tokenizers.
     *
     * @param teacher its tokens, of which it writes any sequence
     * @param student its tokens
     * @param merges of the student
     */
    private record Pair(List<String> teacher, List<String> student, List<String> merges, String prompt) {

        @Override
        public String toString() {
            return "teacher " + teacher + ", student " + student + " after '" + prompt + "'";
        }
    }

    /** Each cuts what the other has whole, and the student joins across the ends of the teacher's tokens. */
    private static final Pair BOTH_WAYS = new Pair(
            List.of("a", "b", "c", "ab", "ac", "ca", "aab"),
            List.of("a", "b", "c", "bc", "aa", "caa"),
            List.of("b c", "a a", "c aa"),
            "c");

    private static final Pair LONGER_STUDENT =
            new Pair(List.of("a", "b", "c"), List.of("a", "b", "c", "ab", "abc"), List.of("a b", "ab c"), "b");

    private static final Pair LONGER_TEACHER =
            new Pair(List.of("a", "b", "ab", "aba", "bb", "abb"), List.of("a", "b"), List.of(), "a");

    private static final Pair JOINED_PROMPT = new Pair(
            List.of("a", "b", "c", "ab", "bb"), List.of("a", "b", "c", "ab", "cb"), List.of("a b", "c b"), "a");

    /** Before c the student writes ab as a and bc: a boundary that no token crosses from its start on is not kept. */
    private static final Pair JOINED_BY_THE_END_OF_A_TOKEN =
            new Pair(List.of("a", "b", "c"), List.of("a", "b", "c", "bc", "ab"), List.of("b c", "a b"), "c");

    /** The teacher's ab is a and b for the student, and before c one token with it. */
    private static final Pair JOINED_WITHIN_A_TOKEN = new Pair(
            List.of("a", "b", "c", "ab", "ac"), List.of("a", "b", "c", "bc", "abc"), List.of("b c", "a bc"), "c");

    /** The end of abc goes to ccd, but only before cd: its pair with c alone is stable. */
    private static final Pair JOINED_LATER = new Pair(
            List.of("c", "d", "ab"),
            List.of("a", "b", "c", "d", "cd", "ccd", "ab", "abc"),
            List.of("c d", "c cd", "a b", "ab c"),
            "d");

    static List<Arguments> pairsAndColumns() {
        List<Arguments> all = new ArrayList<>();
        for (Pair pair : List.of(
                BOTH_WAYS,
                LONGER_STUDENT,
                LONGER_TEACHER,
                JOINED_PROMPT,
                JOINED_BY_THE_END_OF_A_TOKEN,
                JOINED_WITHIN_A_TOKEN)) {
            for (int k : new int[] {1, 2, 3, pair.teacher().size() + 1}) {
                all.add(Arguments.of(pair, k));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("pairsAndColumns")
    void gradient_overAllTexts_isThatOfCrossEntropy(Pair pair, int k) {
        Bias bias = bias(pair, k, Rule.AS_IT_IS);
        assertThat(bias.targets()).as("targets").isPositive();
        assertThat(bias.largest()).as(bias.toString()).isLessThan(TOLERANCE);
    }

    /** A limit of the rule: it looks at a token and the next, and not at what comes after them. */
    @Test
    void gradient_tokensJoinedByTheOneAfterThem_isStillBiased() {
        assertThat(bias(JOINED_LATER, 4, Rule.AS_IT_IS).largest()).isBetween(TOLERANCE, SEEN);
    }

    @Test
    void gradient_withColumnsThatTheStudentWouldHaveJoined_isBiased() {
        assertThat(bias(BOTH_WAYS, 3, Rule.WITHOUT_JOINS).largest()).isGreaterThan(SEEN);
    }

    @Test
    void gradient_withoutTheColumnsAsShares_isBiased() {
        assertThat(bias(BOTH_WAYS, 2, Rule.WITHOUT_SHARES).largest()).isGreaterThan(SEEN);
    }

    @Test
    void gradient_withoutWhatTheTextReplaces_isBiased() {
        assertThat(bias(BOTH_WAYS, 3, Rule.WITHOUT_TEXT).largest()).isGreaterThan(SEEN);
    }

    @Test
    void gradient_ofShortLabelsAlone_isBiased() {
        // Cross-entropy at the labels that span several of the teacher's tokens.
        assertThat(bias(BOTH_WAYS, 3, Rule.LABEL_WHERE_IT_SPANS).largest()).isGreaterThan(SEEN);
    }

    /** What the targets are made by: the product's rule, or a wrong one. */
    private enum Rule {
        AS_IT_IS,
        WITHOUT_JOINS,
        WITHOUT_SHARES,
        WITHOUT_TEXT,
        LABEL_WHERE_IT_SPANS
    }

    /**
     * Expected gradient of the transport less that of cross-entropy, at its largest.
     *
     * @param where the prefix and the token
     * @param targets how many positions had a target
     */
    private record Bias(double largest, String where, long targets) {}

    private static final class Accumulator {

        private final Map<List<Integer>, double[]> difference = new HashMap<>();
        private final int vocabulary;
        private long targets;

        Accumulator(int vocabulary) {
            this.vocabulary = vocabulary;
        }

        void add(double probability, TokenizedTarget text, TransportTargets transport, Rule rule, double share) {
            for (int row = 0; row < transport.steps().length; row++) {
                int step = transport.steps()[row];
                double[] target = target(transport, row, rule, share);
                if (target.length == 0) {
                    continue;
                }
                targets++;
                double sum = Arrays.stream(target).sum();
                List<Integer> prefix = prefix(text, step);
                double[] s = student(prefix);
                double[] found = difference.computeIfAbsent(prefix, p -> new double[vocabulary]);
                for (int v = 0; v < vocabulary; v++) {
                    double label = v == text.labels()[step] ? 1 : 0;
                    found[v] += probability * ((sum * s[v] - target[v]) - (s[v] - label));
                }
            }
        }

        private double[] target(TransportTargets transport, int row, Rule rule, double share) {
            double[] target = new double[vocabulary];
            for (int j = 0; j < transport.width(); j++) {
                int at = row * transport.width() + j;
                if (transport.ids()[at] >= 0) {
                    double mass = transport.masses()[at] * (rule == Rule.WITHOUT_SHARES ? share : 1);
                    double ofText = rule == Rule.WITHOUT_TEXT ? 0 : transport.textMasses()[at];
                    if (rule == Rule.LABEL_WHERE_IT_SPANS && ofText != 0) {
                        return new double[0];
                    }
                    target[transport.ids()[at]] = mass + ofText;
                }
            }
            return target;
        }

        /** Logits that the prefix gives, of which the student has as many as there are prefixes. */
        private double[] student(List<Integer> prefix) {
            var random = new Random(prefix.hashCode());
            double[] s = IntStream.range(0, vocabulary)
                    .mapToDouble(v -> Math.exp(random.nextGaussian()))
                    .toArray();
            double sum = Arrays.stream(s).sum();
            return Arrays.stream(s).map(x -> x / sum).toArray();
        }

        private static List<Integer> prefix(TokenizedTarget text, int step) {
            List<Integer> prefix = new ArrayList<>();
            Arrays.stream(text.promptIds()).forEach(prefix::add);
            Arrays.stream(text.labels(), 0, step).forEach(prefix::add);
            return prefix;
        }

        Bias bias(TextTokenizer student) {
            double largest = 0;
            String where = "";
            for (Map.Entry<List<Integer>, double[]> entry : difference.entrySet()) {
                for (int v = 0; v < vocabulary; v++) {
                    if (Math.abs(entry.getValue()[v]) > largest) {
                        largest = Math.abs(entry.getValue()[v]);
                        where = "after "
                                + entry.getKey().stream()
                                        .map(id -> student.text(new int[] {id}))
                                        .toList() + " of " + student.text(new int[] {v});
                    }
                }
            }
            return new Bias(largest, where, targets);
        }
    }

    private Bias bias(Pair pair, int k, Rule rule) {
        Path studentFiles = Letters.tokenizer(directory.resolve("student"), pair.student(), pair.merges());
        Path teacherFiles = Letters.tokenizer(directory.resolve("teacher"), pair.teacher(), List.of());
        Path empty = Letters.tokenizer(directory.resolve("empty"), List.of("a"), List.of());
        try (TextTokenizer student = TextTokenizer.load(studentFiles);
                TextTokenizer teacher = TextTokenizer.load(teacherFiles);
                TextTokenizer joinsNothing = TextTokenizer.load(empty);
                TransportPlans plans = TransportPlans.open(student, Letters.model(student), teacherFiles)) {
            var tokenizer = new ExampleTokenizer(
                    student, Letters.model(student), StudentWording.teachers(null, student, Letters.model(student)));
            var builder = new ExampleBuilder(tokenizer, student, LossConfig.multiLevelOt(Variant.SPELLED), plans);
            var withoutJoins = new SpelledTransport(plans, student, new TokenJoins(joinsNothing));
            var sum = new Accumulator(student.vocabularySize());
            double[] all = new double[1];
            for (Written written : written(teacher.vocabularySize())) {
                all[0] += written.probability();
                TeacherTargets record = Letters.targets(
                        teacher, pair.prompt(), written.ids(), Selection.TOKEN, top(written.distributions(), k));
                TokenizedTarget text = ((Outcome.Accepted<TokenizedTarget>) tokenizer.tokenize(record)).value();
                TransportTargets transport = rule == Rule.WITHOUT_JOINS
                        ? withoutJoins.of(text)
                        : builder.make(text).get(0).teacher().transport();
                sum.add(written.probability(), text, transport, rule, 0.9);
            }
            assertThat(all[0]).as("probability of all").isBetween(1 - TOLERANCE, 1 + TOLERANCE);
            return sum.bias(student);
        }
    }

    /** A response, what it was drawn from at each position, and its probability. */
    @SuppressWarnings("ArrayRecordComponent") // read here alone
    private record Written(int[] ids, List<double[]> distributions, double probability) {}

    /** All responses of a teacher whose distributions after each of its prefixes are drawn once. */
    private static List<Written> written(int vocabulary) {
        List<Written> all = new ArrayList<>();
        write(new Random(5), vocabulary, new int[0], List.of(), 1, all);
        return all;
    }

    private static void write(
            Random random, int vocabulary, int[] ids, List<double[]> before, double probability, List<Written> all) {
        double[] distribution = new double[vocabulary];
        for (int id = ids.length == 0 ? Letters.FIRST : Letters.END; id < vocabulary; id++) {
            distribution[id] = Math.exp(1.5 * random.nextGaussian());
        }
        if (ids.length == LONGEST) {
            Arrays.fill(distribution, Letters.FIRST, vocabulary, 0);
        }
        double sum = Arrays.stream(distribution).sum();
        Arrays.setAll(distribution, id -> distribution[id] / sum);
        List<double[]> distributions = new ArrayList<>(before);
        distributions.add(distribution);
        for (int id = Letters.END; id < vocabulary; id++) {
            if (distribution[id] > 0) {
                int[] longer = Arrays.copyOf(ids, ids.length + 1);
                longer[ids.length] = id;
                double next = probability * distribution[id];
                if (id == Letters.END) {
                    all.add(new Written(longer, distributions, next));
                } else {
                    write(random, vocabulary, longer, distributions, next, all);
                }
            }
        }
    }

    /** The K most probable of each position. */
    private static List<Map<Integer, Double>> top(List<double[]> distributions, int k) {
        return distributions.stream()
                .map(distribution -> {
                    Map<Integer, Double> columns = new LinkedHashMap<>();
                    IntStream.range(0, distribution.length)
                            .boxed()
                            .filter(id -> distribution[id] > 0)
                            .sorted(Comparator.comparingDouble(id -> -distribution[id]))
                            .limit(k)
                            .forEach(id -> columns.put(id, distribution[id]));
                    return columns;
                })
                .toList();
    }
}
