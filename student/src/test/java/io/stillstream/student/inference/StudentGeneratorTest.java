package io.stillstream.student.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.model.Student;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StudentGeneratorTest {

    private static final int[] PROMPT = {1, 7, 12, 5};
    private static final int DRAWS = 4000;

    /** Of a count from its mean, in standard deviations: beyond it lies one of 15,000,000 draws of a normal distribution. */
    private static final double BOUND = 5.5;

    @TempDir
    private Path directory;

    private static Student student;
    private static StudentGenerator generator;

    @BeforeAll
    static void open() {
        student = Student.load(Golden.tinyLlama());
        generator = new StudentGenerator(student);
    }

    @AfterAll
    static void close() {
        generator.close();
        student.close();
    }

    @Test
    void sample_sameSeed_isTheSameTextAndWithALowerLimitItsBeginning() {
        int[] text = generator.sample(PROMPT, 24, 1, 3);

        assertThat(generator.sample(PROMPT, 24, 1, 3)).isEqualTo(text);
        assertThat(generator.sample(PROMPT, 5, 1, 3)).isEqualTo(Arrays.copyOf(text, Math.min(5, text.length)));
    }

    @Test
    void sample_otherSeed_isAnotherText() {
        assertThat(generator.sample(PROMPT, 24, 1, 4)).isNotEqualTo(generator.sample(PROMPT, 24, 1, 3));
    }

    @Test
    void sample_manySeeds_haveTheFrequenciesOfTheSoftmax() {
        float temperature = 0.5f;
        float[] logits = Golden.logits(student, PROMPT)[PROMPT.length - 1];
        int[] counts = new int[logits.length];
        int ends = 0;
        for (int seed = 0; seed < DRAWS; seed++) {
            int[] drawn = generator.sample(PROMPT, 1, temperature, seed);
            if (drawn.length == 0) {
                ends++;
            } else {
                counts[drawn[0]]++;
            }
        }

        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit / temperature);
        }
        double endProbability = 0;
        for (int id = 0; id < logits.length; id++) {
            double probability = Math.exp(logits[id] / temperature) / sum;
            if (student.config().eosTokenIds().contains(id)) {
                endProbability += probability;
            } else {
                assertThat((double) counts[id]).as("token %d", id).isBetween(least(probability), most(probability));
            }
        }
        assertThat((double) ends).isBetween(least(endProbability), most(endProbability));
    }

    @Test
    void sample_temperatureNearZero_isGreedy() {
        int[] greedy = generator.greedy(PROMPT, 24);

        assertThat(greedy).isNotEmpty();
        for (float temperature : new float[] {1e-5f, Float.MIN_VALUE}) {
            assertThat(generator.sample(PROMPT, 24, temperature, 9)).isEqualTo(greedy);
        }
    }

    @Test
    void sample_promptNearTheEndOfTheWindow_isAsLongAsTheRoom() {
        int window = student.config().contextWindow();
        int[] prompt = new int[window - 2];
        Arrays.fill(prompt, 7);

        assertThat(generator.room(prompt, 24)).isEqualTo(2);
        assertThat(generator.sample(prompt, 24, 1, 0)).hasSizeLessThanOrEqualTo(2);
        assertThat(generator.sample(new int[window], 24, 1, 0)).isEmpty();
        assertThatThrownBy(() -> generator.sample(new int[window + 1], 24, 1, 0))
                .isInstanceOf(StudentException.class)
                .hasMessageContaining("context window of " + window);
    }

    @Test
    void stream_tokens_areThoseOfAllAtOnceAndToldOneByOne() {
        List<Integer> told = new ArrayList<>();
        int[] greedy = generator.greedy(PROMPT, 24);
        assertThat(generator.stream(PROMPT, 24, Sampling.GREEDY, told::add)).isEqualTo(greedy);
        assertThat(told).containsExactlyElementsOf(IntStream.of(greedy).boxed().toList());

        assertThat(generator.stream(PROMPT, 3, Sampling.GREEDY, token -> {})).isEqualTo(Arrays.copyOf(greedy, 3));
        int ended = 0;
        for (int seed = 0; seed < 10; seed++) {
            int[] drawn = generator.stream(PROMPT, 24, new Sampling(1, 1, seed), token -> {});
            assertThat(drawn).isEqualTo(generator.sample(PROMPT, 24, 1, seed));
            ended += drawn.length < 24 ? 1 : 0;
        }
        assertThat(ended).as("texts that the student ended").isPositive();
    }

    @Test
    void stream_topP_drawsOnlyFromTheMostLikelyTokens() {
        float[] logits = Golden.logits(student, PROMPT)[PROMPT.length - 1];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        double total = sum;
        List<Integer> order = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparing(id -> -logits[id]))
                .toList();
        Set<Integer> nucleus = new HashSet<>();
        double mass = 0;
        for (int i = 0; mass < 0.5; i++) {
            nucleus.add(order.get(i));
            mass += Math.exp(logits[order.get(i)]) / total;
        }
        assertThat(nucleus).hasSizeBetween(2, logits.length - 2);

        Set<Integer> drawn = new HashSet<>();
        for (int seed = 0; seed < 1000; seed++) {
            int[] text = generator.stream(PROMPT, 1, new Sampling(1, 0.5f, seed), token -> {});
            drawn.add(text.length == 0 ? student.config().eosTokenIds().get(0) : text[0]);
        }
        assertThat(drawn).isEqualTo(nucleus);
    }

    @Test
    void generate_activationsThatOverflow_areRefusedAndNotWritten() throws IOException {
        Path broken = TinyStudent.at(directory.resolve("broken"));
        Path weights = broken.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        // All weights are 1e18: their products are infinite, and the squares that a norm sums are not yet.
        Arrays.fill(bytes, Math.toIntExact(Long.BYTES + header), bytes.length, (byte) 0x5d);
        Files.write(weights, bytes);
        try (Student nan = Student.load(broken);
                StudentGenerator writer = new StudentGenerator(nan)) {
            List<Integer> told = new ArrayList<>();
            List<ThrowingCallable> ways = List.of(
                    () -> writer.greedy(PROMPT, 5),
                    () -> writer.sample(PROMPT, 5, 1, 0),
                    () -> writer.stream(PROMPT, 5, Sampling.GREEDY, told::add));
            for (ThrowingCallable way : ways) {
                assertThatThrownBy(way)
                        .isInstanceOf(StudentException.class)
                        .hasMessageStartingWith("the student's logits are NaN or infinite at token 1 of its answer");
            }
            assertThat(told).isEmpty();
        }
    }

    @Test
    void sampling_numbersThatAreNone_areRefused() {
        assertThatThrownBy(() -> new Sampling(Float.NaN, 1, 0)).hasMessageContaining("a temperature of NaN");
        assertThatThrownBy(() -> new Sampling(1, 0, 0)).hasMessageContaining("a top-p of 0.0");
        assertThatThrownBy(() -> new Sampling(1, 1.5f, 0)).hasMessageContaining("a top-p of 1.5");
    }

    @Test
    void sample_temperatureThatIsNone_isRefused() {
        for (float temperature : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> generator.sample(PROMPT, 24, temperature, 0))
                    .isInstanceOf(StudentException.class)
                    .hasMessage("a temperature of " + temperature + "; expected a finite number above 0");
        }
    }

    private static double least(double probability) {
        return DRAWS * probability - deviation(probability);
    }

    private static double most(double probability) {
        return DRAWS * probability + deviation(probability);
    }

    /** Binomial; the 1 is for tokens so rare that a count is far from normal. */
    private static double deviation(double probability) {
        return BOUND * Math.sqrt(DRAWS * probability * (1 - probability)) + 1;
    }
}
