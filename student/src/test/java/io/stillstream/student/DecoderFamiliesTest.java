package io.stillstream.student;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.inference.Sampling;
import io.stillstream.student.inference.StudentGenerator;
import io.stillstream.student.model.Student;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DecoderFamiliesTest {

    private static final double TOLERANCE = 1e-4;
    private static final int PROMPT = 4;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#all")
    void logits_randomModel_asTransformers(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")))) {
            int vocabulary = student.config().vocabularySize();
            List<Integer> prompts = FamilyGolden.promptLengths(name);
            for (int i = 0; i < prompts.size(); i++) {
                float[][] logits = Golden.logits(student, Golden.ints(golden, "ids." + i), prompts.get(i));
                float[] expected = golden.floats("logits." + i);
                assertThat(expected).hasSize(logits.length * vocabulary);
                for (int row = 0; row < logits.length; row++) {
                    float[] expectedRow = Arrays.copyOfRange(expected, row * vocabulary, (row + 1) * vocabulary);
                    assertThat(Golden.maximumDifference(logits[row], expectedRow))
                            .as("sequence %s position %s", i, row)
                            .isLessThan(TOLERANCE);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#all")
    void greedy_randomModel_asTransformersWithCachedKeysAndValues(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")));
                StudentGenerator generator = new StudentGenerator(student)) {
            int[] prompt = Arrays.copyOf(
                    Golden.ints(golden, "ids.0"),
                    FamilyGolden.promptLengths(name).get(0));
            int[] expected = Golden.ints(golden, "greedy");
            assertThat(generator.greedy(prompt, expected.length, new int[0])).isEqualTo(expected);
            // One token after another, up to the model's own end.
            List<Integer> streamed = new ArrayList<>();
            generator.stream(prompt, expected.length, Sampling.GREEDY, streamed::add);
            int end = 0;
            while (end < expected.length && !student.config().eosTokenIds().contains(expected[end])) {
                end++;
            }
            assertThat(streamed)
                    .isEqualTo(Arrays.stream(expected, 0, end).boxed().toList());
        }
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.FamilyGolden#families")
    void save_loadedModel_hasTheSameTensorsAndLogits(String name) {
        Path model = FamilyGolden.model(name, directory.resolve("model"));
        Path saved = directory.resolve("saved");
        int[] ids = {3, 5, 8, 13, 21, 34, 55};
        float[][] logits;
        try (Student student = Student.load(model)) {
            logits = Golden.logits(student, ids, PROMPT);
            student.save(saved);
        }
        try (SafetensorsReader before = SafetensorsReader.ofModel(model);
                SafetensorsReader after = SafetensorsReader.ofModel(saved);
                Student student = Student.load(saved)) {
            assertThat(after.tensors().keySet())
                    .containsExactlyElementsOf(before.tensors().keySet());
            before.tensors()
                    .keySet()
                    .forEach(tensor ->
                            assertThat(after.floats(tensor)).as(tensor).isEqualTo(before.floats(tensor)));
            assertThat(Golden.logits(student, ids, PROMPT)).isDeepEqualTo(logits);
        }
    }
}
