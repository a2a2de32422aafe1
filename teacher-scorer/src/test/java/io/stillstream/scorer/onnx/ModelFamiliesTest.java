package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small, randomly initialised models of several families as PyTorch's exporters and ONNX Runtime's quantisers wrote them,
 * against plain runs of the same models in Python.
 */
final class ModelFamiliesTest {

    @TempDir
    private Path directory;

    static Stream<String> models() throws IOException {
        List<String> models;
        try (Stream<Path> entries = Files.list(families())) {
            models = entries.filter(Files::isDirectory)
                    .map(entry -> entry.getFileName().toString())
                    .sorted()
                    .toList();
        }
        assertThat(models).isNotEmpty();
        return models.stream();
    }

    static Stream<Arguments> modelsAndColumns() throws IOException {
        return models().flatMap(model -> Stream.of(
                Arguments.of(model, Selection.SEQUENCE, Ranking.PROBABILITY),
                Arguments.of(model, Selection.SEQUENCE, Ranking.STANDARDISED),
                Arguments.of(model, Selection.TOKEN, Ranking.PROBABILITY)));
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("modelsAndColumns")
    void score_batch_equalsPlainRunsInPython(String model, Selection selection, Ranking ranking) throws IOException {
        GoldenScores golden = GoldenScores.read(families().resolve(model).resolve(GoldenScores.FILE_NAME));
        try (OnnxTeacher teacher =
                OnnxTeacher.open(TeacherConfig.of(writable(model)).withColumns(selection, ranking, golden.k()))) {
            golden.assertAgree(teacher, selection, ranking);
        }
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("models")
    void score_batch_equalsEachAlone(String model) throws IOException {
        GoldenScores golden = GoldenScores.read(families().resolve(model).resolve(GoldenScores.FILE_NAME));
        try (OnnxTeacher teacher = OnnxTeacher.open(TeacherConfig.of(writable(model)))) {
            List<Admission.Admitted> batch = golden.admitted(teacher);
            List<Scoring> together = teacher.score(batch);
            for (int i = 0; i < batch.size(); i++) {
                ScoredResponse inBatch = ((Scoring.Scored) together.get(i)).response();
                ScoredResponse alone =
                        ((Scoring.Scored) teacher.score(List.of(batch.get(i))).get(0)).response();
                for (int t = 0; t < alone.tokens().count(); t++) {
                    assertThat(inBatch.tokens().logZ(t))
                            .as("logZ of token %d of record %d", t, i)
                            .isCloseTo(
                                    alone.tokens().logZ(t),
                                    within(rounding(
                                            golden, teacher, alone.tokens().logZ(t))));
                    assertThat(inBatch.tokens().logProbability(t))
                            .as("log-probability of token %d of record %d", t, i)
                            .isCloseTo(
                                    alone.tokens().logProbability(t),
                                    within(rounding(
                                            golden, teacher, alone.tokens().logProbability(t))));
                }
            }
        }
    }

    @ParameterizedTest(name = "{arguments}")
    @MethodSource("models")
    void answer_batch_equalsTheMostLikelyTokensInPython(String model) throws IOException {
        GoldenScores golden = GoldenScores.read(families().resolve(model).resolve(GoldenScores.FILE_NAME));
        Path writable = writable(model);
        int longest = golden.answers().stream()
                .mapToInt(answer -> answer.ids().size())
                .max()
                .orElse(1);
        TeacherConfig config = TeacherConfig.of(writable).withGeneration(new GenerationConfig(longest, 0, 1, 0));
        try (OnnxTeacher teacher = OnnxTeacher.open(config);
                TextTokenizer tokenizer = TextTokenizer.load(writable)) {
            List<Admission.Admitted> batch = golden.answers().stream()
                    .map(answer -> new ScoringRequest(answer.prompt(), answer.prompt(), null))
                    .map(request -> (Admission.Admitted) teacher.admit(request))
                    .toList();
            assertThat(teacher.answer(batch).stream().map(answer -> answer.map(OnnxTeacher.Answer::text)))
                    .containsExactlyElementsOf(golden.answers().stream()
                            .map(answer -> Optional.of(tokenizer.text(answer.ids().stream()
                                    .mapToInt(Integer::intValue)
                                    .toArray())))
                            .toList());
        }
    }

    /**
     * Of a log-probability, whose longest sum is the softmax's over the vocabulary. Where a model rounds its logits to halves,
     * two such sums may round to neighbours.
     */
    private static float rounding(GoldenScores golden, OnnxTeacher teacher, float value) {
        float rounding = Rounding.ofSum(teacher.vocabulary().size(), value);
        return golden.halves() ? Math.max(rounding, (float) golden.tolerance()) : rounding;
    }

    private static Path families() {
        try {
            return Path.of(Objects.requireNonNull(ModelFamiliesTest.class.getResource("/families"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The model beside its tokenizer, where what is derived from it may be kept. */
    private Path writable(String model) throws IOException {
        try (Stream<Path> files = Files.list(families().resolve(model))) {
            Stream.concat(files, Stream.of(families().resolve(TextTokenizer.FILE_NAME)))
                    .forEach(this::copy);
        }
        return directory;
    }

    private void copy(Path file) {
        try {
            Files.copy(file, directory.resolve(file.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
