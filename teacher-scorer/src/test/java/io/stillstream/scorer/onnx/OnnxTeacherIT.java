package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.SpellingPlan;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.scorer.onnx.graph.ColumnSelection;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.DecoderSignature;
import io.stillstream.scorer.onnx.run.RunInputs;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real models against a plain run that puts out all logits. */
final class OnnxTeacherIT {

    private static final int K = 50;
    private static final Path MODELS =
            Path.of(System.getProperty("stillstream.shared", "../../shared")).resolve("models");
    private static final List<ScoringRequest> REQUESTS = List.of(
            new ScoringRequest(
                    "1",
                    "Once upon a time, there was a little girl named Lily.",
                    " She loved to play outside in the park. One day, she saw a big, red ball and wanted to kick it."),
            new ScoringRequest("2", "Tom", " ran."),
            new ScoringRequest(
                    "3",
                    "The dog was sad because it had lost its bone. It asked the bird for help, but the bird flew away.",
                    " \"Café?\" said the cat — 你好 🙂.\nThey laughed."));
    private static final List<ScoringRequest> UNANSWERED = List.of(
            new ScoringRequest("a", "Once upon a time", null),
            new ScoringRequest("b", "Lily and Tom went to the park with their mother. They saw a big slide and", null),
            new ScoringRequest("c", "The cat", null),
            new ScoringRequest("d", "One day, a boy named Ben found a small red car in his", null));

    @TempDir
    private Path cache;

    private static void requireModels() {
        assumeTrue(Files.isDirectory(MODELS), () -> "skipped: the public models are not at " + MODELS.toAbsolutePath());
    }

    @ParameterizedTest
    @CsvSource({"stories260K,model.onnx", "stories260K,model_no_past.onnx", "stories15M,model.onnx"})
    void score_batchOfUnequalLengths_equalsFullLogits(String name, String file) throws IOException, OrtException {
        try (OnnxTeacher teacher = open(name, file, GenerationConfig.GREEDY)) {
            List<Admission.Admitted> batch = admitted(teacher, REQUESTS);
            List<Scoring> outcomes = teacher.score(batch);
            for (int i = 0; i < batch.size(); i++) {
                TokenizedResponse tokens = batch.get(i).tokenized();
                ScoredResponse scored = ((Scoring.Scored) outcomes.get(i)).response();
                assertThat(scored.tokens().endsText()).isTrue();
                int[] response = withEnd(teacher, tokens.responseIds());
                fullLogits(MODELS.resolve(name).resolve(file), tokens.promptIds(), response)
                        .assertAgree(scored, response, K);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "stories260K,TOKEN,PROBABILITY",
        "stories260K,SEQUENCE,STANDARDISED",
        "stories15M,TOKEN,PROBABILITY",
        "stories15M,SEQUENCE,STANDARDISED"
    })
    void score_otherColumns_equalFullLogitsInABatchAndAlone(String name, Selection selection, Ranking ranking)
            throws IOException, OrtException {
        ColumnSelection kept = new ColumnSelection(selection, ranking, K);
        TeacherConfig config = config(name, "model.onnx").withColumns(selection, ranking, K);
        try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
            List<Admission.Admitted> batch = admitted(teacher, REQUESTS);
            List<Scoring> together = teacher.score(batch);
            for (int i = 0; i < batch.size(); i++) {
                TokenizedResponse tokens = batch.get(i).tokenized();
                int[] response = withEnd(teacher, tokens.responseIds());
                FullLogits expected =
                        fullLogits(MODELS.resolve(name).resolve("model.onnx"), tokens.promptIds(), response);
                expected.assertAgree(((Scoring.Scored) together.get(i)).response(), response, kept);
                Scoring alone = teacher.score(List.of(batch.get(i))).get(0);
                expected.assertAgree(((Scoring.Scored) alone).response(), response, kept);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2"})
    void score_ontoTheDemosStudent_equalsSumsOfFullLogits(float temperature) throws IOException, OrtException {
        Path demo = Path.of("../pipeline/src/main/resources/demo");
        TeacherConfig config = TeacherConfig.of(demo.resolve("teacher")).withCacheDirectory(cache);
        assertSumsAgree(config, demo.resolve("teacher/model.onnx"), demo.resolve("student"), temperature);
    }

    @Test
    void score_ontoAnotherFamilysTokens_equalsSumsOfFullLogits() throws IOException, OrtException {
        TeacherConfig config = config("stories260K", "model.onnx");
        Path student = Files.createDirectories(cache.resolve("student"));
        Files.copy(
                MODELS.resolveSibling("tokenizers/gpt2_first8192/tokenizer.json"), student.resolve("tokenizer.json"));
        Files.writeString(student.resolve("config.json"), """
                {"model_type": "llama", "vocab_size": 8192, "hidden_size": 8, "intermediate_size": 8,
                 "num_hidden_layers": 1, "num_attention_heads": 1, "max_position_embeddings": 512}""");
        assertSumsAgree(config, MODELS.resolve("stories260K/model.onnx"), student, 1);
    }

    private static void assertSumsAgree(TeacherConfig config, Path model, Path studentDirectory, float temperature)
            throws OrtException {
        TeacherConfig projected = config.withColumns(Selection.TOKEN, Ranking.PROBABILITY, K)
                .withTargetTemperature(temperature)
                .withProjectOnto(studentDirectory);
        try (OnnxTeacher teacher = OnnxTeacher.open(projected);
                TextTokenizer tokenizer = TextTokenizer.load(
                        TeacherFiles.tokenizerDirectory(config).orElseThrow());
                TextTokenizer student = TextTokenizer.load(studentDirectory)) {
            List<Integer> ends = DecoderConfig.read(studentDirectory).eosTokenIds();
            int size = student.vocabularySize();
            assertThat(teacher.vocabulary()).isEqualTo(new Vocabulary(student.sha256(), size, ends));
            SpellingPlan plan = SpellingPlan.of(
                    tokenizer,
                    student,
                    TeacherFiles.locate(config).endIds(tokenizer),
                    ends.stream().mapToInt(end -> end).findFirst());
            int[] map = IntStream.range(0, tokenizer.vocabularySize())
                    .map(plan::first)
                    .toArray();
            List<Admission.Admitted> batch = admitted(teacher, REQUESTS);
            List<Scoring> outcomes = teacher.score(batch);
            for (int i = 0; i < batch.size(); i++) {
                TokenizedResponse tokens = batch.get(i).tokenized();
                ScoredResponse scored = ((Scoring.Scored) outcomes.get(i)).response();
                fullLogits(model, tokens.promptIds(), tokens.responseIds())
                        .assertSumsAgree(scored, map, size, temperature, K);
                for (int t = 0; t < tokens.responseIds().length; t++) {
                    int first = map[tokens.responseIds()[t]];
                    assertThat(scored.tokens().id(t)).isEqualTo(first < 0 ? size : first);
                }
            }
        }
    }

    @Test
    void open_projectOntoADirectoryWithoutConfig_saysWhichKey() throws IOException {
        TeacherConfig config = config("stories260K", "model.onnx").withColumns(Selection.TOKEN, Ranking.PROBABILITY, K);
        Path tokenizer = MODELS.resolveSibling("tokenizers/gpt2_first8192");
        assertThatThrownBy(() -> OnnxTeacher.open(config.withProjectOnto(tokenizer)))
                .isInstanceOf(ScorerException.class)
                .hasMessageContaining("(teacher.project-onto): no config.json in " + tokenizer);
    }

    @Test
    void score_batch_equalsEachAlone() throws IOException {
        try (OnnxTeacher teacher = open("stories15M", "model.onnx", GenerationConfig.GREEDY)) {
            List<Admission.Admitted> batch = admitted(teacher, REQUESTS);
            List<Scoring> together = teacher.score(batch);
            for (int i = 0; i < batch.size(); i++) {
                ScoredResponse expected = ((Scoring.Scored) together.get(i)).response();
                ScoredResponse alone =
                        ((Scoring.Scored) teacher.score(List.of(batch.get(i))).get(0)).response();
                for (int t = 0; t < expected.tokens().count(); t++) {
                    assertThat(alone.tokens().logProbability(t))
                            .isCloseTo(expected.tokens().logProbability(t), within(1e-4f));
                    for (int column = 0; column < K; column++) {
                        assertThat(alone.columns().id(t, column))
                                .isEqualTo(expected.columns().id(t, column));
                    }
                }
            }
        }
    }

    /** This model ends a story with the token that begins another, which is none of those that its config.json ends texts with. */
    @Test
    void score_storyThatABeginningEnds_scoresNoEnd() throws IOException {
        ScoringRequest open = new ScoringRequest("1", "Once upon a time", null);
        try (OnnxTeacher teacher = open("stories15M", "model.onnx", new GenerationConfig(250, 0, 1, 0))) {
            ScoredResponse written = ((Scoring.Scored)
                            teacher.score(admitted(teacher, List.of(open))).get(0))
                    .response();
            assertThat(written.finishReason()).isEqualTo(FinishReason.STOP);
            assertThat(written.tokens().endsText()).isFalse();
        }
    }

    @Test
    void score_missingResponses_areTheSameWithAndWithoutCacheAndBatch() throws IOException {
        GenerationConfig generation = new GenerationConfig(60, 0, 1, 0);
        List<String> cached;
        try (OnnxTeacher teacher = open("stories260K", "model.onnx", generation)) {
            cached = texts(teacher.score(admitted(teacher, UNANSWERED)));
            for (int i = 0; i < UNANSWERED.size(); i++) {
                assertThat(texts(teacher.score(admitted(teacher, List.of(UNANSWERED.get(i))))))
                        .containsExactly(cached.get(i));
            }
        }
        try (OnnxTeacher teacher = open("stories260K", "model_no_past.onnx", generation)) {
            assertThat(texts(teacher.score(admitted(teacher, UNANSWERED)))).isEqualTo(cached);
        }
    }

    @Test
    void answer_paddingUsesUpTheWindow_isTheSameAsAlone() throws IOException {
        List<ScoringRequest> requests = List.of(
                new ScoringRequest("long", "The cat sat. The dog ran. The bird sang. ".repeat(13), null),
                new ScoringRequest("short", "Tom", null),
                new ScoringRequest("shorter", "A", null));
        try (OnnxTeacher teacher = open("stories15M", "model.onnx", new GenerationConfig(250, 0.3, 1, 1))) {
            List<Optional<OnnxTeacher.Answer>> together = teacher.answer(admitted(teacher, requests));
            assertThat(together.get(1).orElseThrow().text()).hasSizeGreaterThan(500);
            for (int i = 0; i < requests.size(); i++) {
                assertThat(teacher.answer(admitted(teacher, List.of(requests.get(i)))))
                        .containsExactly(together.get(i));
            }
        }
    }

    @Test
    void score_sampledResponses_replaysTheSameText() throws IOException {
        try (OnnxTeacher teacher = open("stories15M", "model.onnx", new GenerationConfig(40, 1, 0.95, 7))) {
            List<String> first = texts(teacher.score(admitted(teacher, UNANSWERED)));
            assertThat(first).doesNotHaveDuplicates();
            assertThat(texts(teacher.score(admitted(teacher, UNANSWERED)))).isEqualTo(first);
        }
    }

    /** Not a quick test: the runtime unpacks its CUDA libraries before it finds that there is no GPU. */
    @Test
    void open_gpuThatIsNotThere_saysWhatToDo() throws IOException {
        TeacherConfig config = TeacherConfig.of(new TinyDecoder().write(cache)).withDevice("cuda:99", 1);
        assertThatThrownBy(() -> OnnxTeacher.open(config))
                .isInstanceOf(ScorerException.class)
                .hasMessageStartingWith("device cuda:99 is not available")
                .hasMessageContaining("device: cpu");
    }

    private OnnxTeacher open(String name, String file, GenerationConfig generation) throws IOException {
        return OnnxTeacher.open(config(name, file).withGeneration(generation));
    }

    private TeacherConfig config(String name, String file) throws IOException {
        requireModels();
        Path directory = cache.resolve(name + "-" + file);
        Files.createDirectories(directory);
        Files.copy(MODELS.resolve(name).resolve(file), directory.resolve("model.onnx"));
        Files.createSymbolicLink(
                directory.resolve("hf"), MODELS.resolve(name).resolve("hf").toAbsolutePath());
        return TeacherConfig.of(directory).withColumns(Selection.SEQUENCE, Ranking.PROBABILITY, K);
    }

    private static List<Admission.Admitted> admitted(OnnxTeacher teacher, List<ScoringRequest> requests) {
        return requests.stream()
                .map(request -> (Admission.Admitted) teacher.admit(request))
                .toList();
    }

    private static int[] withEnd(OnnxTeacher teacher, int[] response) {
        int[] withEnd = Arrays.copyOf(response, response.length + 1);
        withEnd[response.length] = teacher.vocabulary().endIds().get(0);
        return withEnd;
    }

    private static List<String> texts(List<Scoring> outcomes) {
        return outcomes.stream()
                .map(outcome -> ((Scoring.Scored) outcome).response().text())
                .toList();
    }

    /** Runs the model as it is, one sequence at a time. */
    private static FullLogits fullLogits(Path file, int[] prompt, int[] response) throws OrtException {
        DecoderSignature signature = DecoderGraph.read(file).signature();
        long[] ids = IntStream.concat(Arrays.stream(prompt), Arrays.stream(response))
                .asLongStream()
                .toArray();
        long[] ones = new long[ids.length];
        Arrays.fill(ones, 1);
        long[] positions = IntStream.range(0, ids.length).asLongStream().toArray();
        try (OrtSession session = OrtEnvironment.getEnvironment()
                        .createSession(file.toString(), new OrtSession.SessionOptions());
                RunInputs inputs = new RunInputs()) {
            inputs.texts(signature, 1, ids, ones, positions);
            inputs.emptyCache(signature, 1);
            try (OrtSession.Result result = session.run(inputs.tensors())) {
                FloatBuffer logits =
                        ((OnnxTensor) result.get(DecoderSignature.LOGITS).orElseThrow()).getFloatBuffer();
                int vocabulary = logits.remaining() / ids.length;
                return new FullLogits(IntStream.range(prompt.length - 1, ids.length - 1)
                        .mapToObj(t -> IntStream.range(0, vocabulary)
                                .mapToDouble(v -> logits.get(t * vocabulary + v))
                                .toArray())
                        .toArray(double[][]::new));
            }
        }
    }
}
