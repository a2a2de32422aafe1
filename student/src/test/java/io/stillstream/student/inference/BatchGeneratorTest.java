package io.stillstream.student.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.safetensors.SafetensorsReader;
import io.stillstream.student.FamilyGolden;
import io.stillstream.student.Golden;
import io.stillstream.student.StudentException;
import io.stillstream.student.model.Student;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchGeneratorTest {

    /** Of logits of a size of about 10 in fp32, whose sums a batch adds in another order. */
    private static final double TOLERANCE = 1e-4;

    private static final int TOKENS = 20;
    private static final int TOP = 4;

    /** Of the models whose rotary embedding depends on the length beyond it. */
    private static final int ORIGINAL_LENGTH = 8;

    @TempDir
    private Path directory;

    /** Their keys and values of a text are others when it becomes longer, or they have an encoder. */
    private static Stream<String> families() {
        return FamilyGolden.all()
                .filter(name -> !name.contains("t5"))
                .filter(name -> !name.equals("llama-dynamic") && !name.equals("phi3-longrope"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void step_promptsOfSeveralLengths_areEachAsAloneAndAsTransformers(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")));
                StudentGenerator alone = new StudentGenerator(student);
                BatchGenerator batch =
                        new BatchGenerator(student, 4, student.config().contextWindow())) {
            int[] ids = Golden.ints(golden, "ids.0");
            int[] first = Arrays.copyOf(ids, FamilyGolden.promptLengths(name).get(0));
            int room = student.config().contextWindow() - TOKENS;
            List<int[]> prompts =
                    List.of(first, new int[] {7}, upTo(room, ids), upTo(room, Golden.ints(golden, "ids.2")));

            List<int[]> texts = greedy(batch, student, prompts);

            assertThat(texts.get(0)).isEqualTo(Golden.ints(golden, "greedy"));
            for (int i = 0; i < prompts.size(); i++) {
                assertThat(texts.get(i)).as("prompt %s", i).isEqualTo(alone.greedy(prompts.get(i), TOKENS, new int[0]));
            }
        }
    }

    /** Checks log-probabilities on the way, against the logits of the whole texts at once. */
    private static List<int[]> greedy(BatchGenerator batch, Student student, List<int[]> prompts) {
        for (int row = 0; row < prompts.size(); row++) {
            read(batch, row, prompts.get(row));
        }
        List<int[]> texts = new ArrayList<>(prompts);
        List<BatchChoices> steps = new ArrayList<>();
        for (int t = 0; t < TOKENS; t++) {
            BatchChoices choices = batch.step(
                    texts.stream()
                            .map(text -> new BatchRow(text[text.length - 1], text.length - 1, 0, Sampling.GREEDY))
                            .toList(),
                    TOP);
            for (int row = 0; row < texts.size(); row++) {
                assertThat(choices.isFinite(row)).isTrue();
                texts.set(row, followedBy(texts.get(row), choices.id(row)));
            }
            steps.add(choices);
        }
        List<int[]> answers = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            int prompt = prompts.get(row).length;
            float[][] logits = Golden.logits(student, texts.get(row));
            for (int t = 0; t < TOKENS; t++) {
                requireLogProbabilities(steps.get(t), row, logits[prompt - 1 + t]);
            }
            answers.add(Arrays.copyOfRange(texts.get(row), prompt, prompt + TOKENS));
        }
        return answers;
    }

    private static void requireLogProbabilities(BatchChoices choices, int row, float[] logits) {
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        int[] top = choices.topIds(row, TOP);
        float[] topLogProbabilities = choices.topLogProbabilities(row, TOP);
        assertThat(top).hasSize(TOP).doesNotHaveDuplicates().startsWith(choices.id(row));
        assertThat(topLogProbabilities[0]).isEqualTo(choices.logProbability(row));
        for (int i = 0; i < TOP; i++) {
            assertThat(Math.abs(topLogProbabilities[i] - (logits[top[i]] - Math.log(sum))))
                    .isLessThan(TOLERANCE);
        }
        float least = topLogProbabilities[TOP - 1];
        double normaliser = Math.log(sum);
        assertThat(IntStream.range(0, logits.length).filter(id -> logits[id] - normaliser > least + TOLERANCE))
                .as("tokens that are more likely than the last of the top")
                .hasSizeLessThan(TOP);
    }

    @Test
    void step_seedsTemperaturesAndTopP_drawAsAlone() {
        List<Sampling> samplings = List.of(
                new Sampling(1, 1, 5), Sampling.GREEDY, new Sampling(0.7f, 0.6f, 6), new Sampling(1.3f, 0.9f, 7));
        int[] prompt = {1, 7, 12, 5};
        try (Student student = Student.load(Golden.tinyLlama());
                StudentGenerator alone = new StudentGenerator(student);
                BatchGenerator batch = new BatchGenerator(student, samplings.size(), 64)) {
            List<float[]> draws =
                    samplings.stream().map(sampling -> sampling.draws(TOKENS)).toList();
            List<int[]> texts = new ArrayList<>();
            for (int row = 0; row < samplings.size(); row++) {
                read(batch, row, prompt);
                texts.add(prompt);
            }
            for (int t = 0; t < TOKENS; t++) {
                List<BatchRow> rows = new ArrayList<>();
                for (int row = 0; row < texts.size(); row++) {
                    int[] text = texts.get(row);
                    rows.add(new BatchRow(
                            text[text.length - 1], text.length - 1, draws.get(row)[t], samplings.get(row)));
                }
                BatchChoices choices = batch.step(rows, 0);
                for (int row = 0; row < texts.size(); row++) {
                    texts.set(row, followedBy(texts.get(row), choices.id(row)));
                }
            }
            for (int row = 0; row < texts.size(); row++) {
                int[] expected = alone.stream(prompt, TOKENS, samplings.get(row), token -> {});
                assertThat(Arrays.copyOfRange(texts.get(row), prompt.length, prompt.length + expected.length))
                        .as("%s", samplings.get(row))
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void open_encoderThatReadsThePrompt_isRefusedByName() {
        try (Student student = Student.load(FamilyGolden.model("t5", directory.resolve("model")))) {
            assertThatThrownBy(() -> new BatchGenerator(student, 2, 16))
                    .isInstanceOf(StudentException.class)
                    .hasMessage("a student of the family t5, whose encoder reads the prompt, does not generate several"
                            + " texts at once; expected a decoder");
        }
    }

    @ParameterizedTest
    @MethodSource("switching")
    void open_rotaryEmbeddingThatDependsOnTheLength_isRefusedBeyondIt(String name) {
        try (SafetensorsReader golden = FamilyGolden.open(name);
                Student student = Student.load(FamilyGolden.model(name, directory.resolve("model")))) {
            int length = ORIGINAL_LENGTH;
            assertThatThrownBy(() -> new BatchGenerator(student, 2, length + 1))
                    .isInstanceOf(StudentException.class)
                    .hasMessageContaining("of the family " + student.config().modelType())
                    .hasMessageEndingWith("expected at most " + length);
            int[] greedy = Golden.ints(golden, "greedy");
            int[] prompt = Arrays.copyOf(
                    Golden.ints(golden, "ids.0"),
                    FamilyGolden.promptLengths(name).get(0));
            try (BatchGenerator batch = new BatchGenerator(student, 2, length)) {
                read(batch, 0, prompt);
                int[] text = prompt;
                while (text.length < length) {
                    BatchRow row = new BatchRow(text[text.length - 1], text.length - 1, 0, Sampling.GREEDY);
                    text = followedBy(text, batch.step(List.of(row), 0).id(0));
                }
                assertThat(Arrays.copyOfRange(text, prompt.length, length))
                        .isNotEmpty()
                        .isEqualTo(Arrays.copyOf(greedy, length - prompt.length));
            }
        }
    }

    private static Stream<String> switching() {
        return Stream.of("llama-dynamic", "phi3-longrope");
    }

    /** All but the last token, a piece after another. */
    private static void read(BatchGenerator batch, int row, int[] prompt) {
        for (int from = 0; from < prompt.length - 1; from += 2) {
            batch.prefill(row, prompt, from, Math.min(from + 2, prompt.length - 1));
        }
    }

    private static int[] upTo(int length, int[] ids) {
        return Arrays.copyOf(ids, Math.min(length, ids.length));
    }

    private static int[] followedBy(int[] text, int id) {
        int[] longer = Arrays.copyOf(text, text.length + 1);
        longer[text.length] = id;
        return longer;
    }
}
