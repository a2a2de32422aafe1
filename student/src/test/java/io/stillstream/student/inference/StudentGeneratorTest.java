package io.stillstream.student.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class StudentGeneratorTest {

    private static final int[] PROMPT = {1, 7, 12, 5};
    private static final int DRAWS = 4000;

    /** Of a count from its mean, in standard deviations: beyond it lies one of 15,000,000 draws of a normal distribution. */
    private static final double BOUND = 5.5;

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
