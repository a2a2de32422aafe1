package io.stillstream.student;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecoderTest {

    private static final double TOLERANCE = 1e-4;

    @Test
    void logits_randomModel_asTransformers() {
        try (SafetensorsReader golden = Golden.open("tiny-llama");
                Student student = Student.load(Golden.tinyLlama())) {
            for (int i = 0; i < Golden.LABELS.size(); i++) {
                float[][] logits = Golden.logits(student, Golden.ints(golden, "ids." + i));
                float[] expected = golden.floats("logits." + i);
                int vocabulary = student.config().vocabularySize();
                for (int row = 0; row < logits.length; row++) {
                    assertThat(Golden.maximumDifference(
                                    logits[row],
                                    Arrays.copyOfRange(expected, row * vocabulary, (row + 1) * vocabulary)))
                            .isLessThan(TOLERANCE);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "stories15M"})
    void logits_publicModel_asItsOnnxForm(String name) {
        try (SafetensorsReader golden = Golden.open(name);
                Student student = Student.load(Golden.shared("models/" + name + "/hf"))) {
            float[][] logits = Golden.logits(student, Golden.ints(golden, "ids"));
            int[] rows = Golden.ints(golden, "rows");
            int[] columns = Golden.ints(golden, "columns");
            float[] expected = golden.floats("logits");
            for (int i = 0; i < rows.length; i++) {
                float[] found = new float[columns.length];
                for (int j = 0; j < columns.length; j++) {
                    found[j] = logits[rows[i]][columns[j]];
                }
                float[] row = Arrays.copyOfRange(expected, i * columns.length, (i + 1) * columns.length);
                assertThat(Golden.maximumDifference(found, row)).isLessThan(TOLERANCE);
            }
        }
    }

    @Test
    void greedy_randomModel_asTransformersAndStopsAtItsEnd() {
        try (SafetensorsReader golden = Golden.open("tiny-llama");
                Student student = Student.load(Golden.tinyLlama());
                StudentGenerator generator = new StudentGenerator(student)) {
            int[] prompt = Arrays.copyOf(Golden.ints(golden, "ids.0"), Golden.PROMPT_LENGTHS.get(0));
            int[] expected = Golden.ints(golden, "greedy");
            assertThat(expected).endsWith(2);
            assertThat(generator.greedy(prompt, 20)).isEqualTo(Arrays.copyOf(expected, expected.length - 1));
            assertThat(generator.greedy(prompt, 2)).isEqualTo(Arrays.copyOf(expected, 2));
            assertThat(generator.greedy(prompt, 100, new int[0])).hasSize(64 - prompt.length);
        }
    }
}
