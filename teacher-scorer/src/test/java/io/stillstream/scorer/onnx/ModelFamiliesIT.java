package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Public models against what plain runs of them in Python, and transformers, said of the same texts. */
final class ModelFamiliesIT {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));
    /** Directories of models too large for the repository, each with its golden.json. */
    private static final Path FAMILIES = Path.of(System.getProperty("stillstream.families", "../../families"));

    private static final int BATCH = 16;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({
        "stories260K, model.onnx, SEQUENCE, PROBABILITY",
        "stories260K, model.onnx, SEQUENCE, STANDARDISED",
        "stories260K, model.onnx, TOKEN, PROBABILITY",
        "stories260K, model_no_past.onnx, SEQUENCE, PROBABILITY",
        "stories260K, model_no_past.onnx, SEQUENCE, STANDARDISED",
        "stories260K, model_no_past.onnx, TOKEN, PROBABILITY",
        "stories15M, model.onnx, SEQUENCE, PROBABILITY",
        "stories15M, model.onnx, SEQUENCE, STANDARDISED",
        "stories15M, model.onnx, TOKEN, PROBABILITY"
    })
    void score_publicModel_equalsPlainRunsInPython(String name, String file, Selection selection, Ranking ranking)
            throws IOException, URISyntaxException {
        Path model = publicModel(name, file);
        GoldenScores golden = GoldenScores.read(golden(name + ".json"));
        try (OnnxTeacher teacher =
                OnnxTeacher.open(TeacherConfig.of(model).withColumns(selection, ranking, golden.k()))) {
            golden.assertAgree(teacher, selection, ranking);
        }
    }

    /** The same model with one more input, for which it is to be fed 0. */
    @Test
    void score_modelThatIsAskedHowManyLogitsToKeep_equalsPlainRunsInPython() throws IOException, URISyntaxException {
        Path model = publicModel("stories260K", "model.onnx");
        Path asked = SHARED.resolve("cases/15-onnx-layouts/num_logits_to_keep.onnx");
        assumeTrue(Files.isRegularFile(asked), () -> "skipped: no " + asked + "; set -Dstillstream.shared");
        Files.delete(model.resolve("model.onnx"));
        link(asked, model.resolve("num_logits_to_keep.onnx"));
        GoldenScores golden = GoldenScores.read(golden("stories260K.json"));
        try (OnnxTeacher teacher = OnnxTeacher.open(
                TeacherConfig.of(model).withColumns(Selection.TOKEN, Ranking.PROBABILITY, golden.k()))) {
            golden.assertAgree(teacher, Selection.TOKEN, Ranking.PROBABILITY);
        }
    }

    /** The directories there are, or the one that would hold them. */
    static Stream<Path> largerFamilies() throws IOException {
        if (!Files.isDirectory(FAMILIES)) {
            return Stream.of(FAMILIES);
        }
        List<Path> models;
        try (Stream<Path> entries = Files.list(FAMILIES)) {
            models = entries.filter(entry -> Files.isRegularFile(entry.resolve(GoldenScores.FILE_NAME)))
                    .sorted()
                    .toList();
        }
        return models.stream();
    }

    @ParameterizedTest
    @MethodSource("largerFamilies")
    void score_largerFamily_equalsPlainRunsInPython(Path model) throws IOException {
        Path file = model.resolve(GoldenScores.FILE_NAME);
        assumeTrue(
                Files.isRegularFile(file),
                () -> "skipped: no models with a golden.json in " + FAMILIES + "; set -Dstillstream.families");
        GoldenScores golden = GoldenScores.read(file);
        try (Stream<Path> files = Files.list(model)) {
            files.filter(Files::isRegularFile).forEach(each -> link(each, directory.resolve(each.getFileName())));
        }
        for (Ranking ranking : Ranking.values()) {
            try (OnnxTeacher teacher = OnnxTeacher.open(
                    TeacherConfig.of(directory).withColumns(Selection.SEQUENCE, ranking, golden.k()))) {
                golden.assertAgree(teacher, Selection.SEQUENCE, ranking);
            }
        }
        try (OnnxTeacher teacher = OnnxTeacher.open(
                TeacherConfig.of(directory).withColumns(Selection.TOKEN, Ranking.PROBABILITY, golden.k()))) {
            golden.assertAgree(teacher, Selection.TOKEN, Ranking.PROBABILITY);
        }
    }

    @Test
    void answer_hundredPrompts_equalsTransformers() throws IOException, URISyntaxException {
        Path model = publicModel("stories15M", "model.onnx");
        JsonNode answers = new ObjectMapper()
                .readTree(golden("stories15M-answers.json").toFile())
                .path("answers");
        assertThat(answers).hasSize(100);
        List<ScoringRequest> requests = new ArrayList<>();
        for (JsonNode answer : answers) {
            String text = Files.readString(SHARED.resolve(answer.path("file").asText()));
            String prompt = text.substring(
                    answer.path("start").asInt(), answer.path("end").asInt());
            requests.add(new ScoringRequest(prompt, prompt, null));
        }
        List<Optional<String>> written = new ArrayList<>();
        List<Optional<String>> expected = new ArrayList<>();
        TeacherConfig config = TeacherConfig.of(model).withGeneration(new GenerationConfig(40, 0, 1, 0));
        try (OnnxTeacher teacher = OnnxTeacher.open(config);
                TextTokenizer tokenizer = TextTokenizer.load(model.resolve("hf"))) {
            List<Admission.Admitted> admitted = requests.stream()
                    .map(request -> (Admission.Admitted) teacher.admit(request))
                    .toList();
            for (int start = 0; start < admitted.size(); start += BATCH) {
                teacher.answer(admitted.subList(start, Math.min(start + BATCH, admitted.size())))
                        .forEach(answer -> written.add(answer.map(OnnxTeacher.Answer::text)));
            }
            for (JsonNode answer : answers) {
                int[] ids = StreamSupport.stream(answer.path("ids").spliterator(), false)
                        .mapToInt(JsonNode::asInt)
                        .toArray();
                expected.add(Optional.of(tokenizer.text(ids)));
            }
        }
        assertThat(IntStream.range(0, BATCH).map(i -> requests.get(i).prompt().length()))
                .as("the lengths of a batch")
                .doesNotHaveDuplicates();
        assertThat(written).containsExactlyElementsOf(expected);
    }

    private static Path golden(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ModelFamiliesIT.class.getResource("/golden/" + name))
                .toURI());
    }

    /** A public model where what is derived from it may be kept. */
    private Path publicModel(String name, String file) {
        Path model = SHARED.resolve("models").resolve(name);
        assumeTrue(Files.isDirectory(model), () -> "skipped: no " + model + "; set -Dstillstream.shared");
        link(model.resolve(file), directory.resolve("model.onnx"));
        link(model.resolve("hf"), directory.resolve("hf"));
        return directory;
    }

    private static void link(Path target, Path link) {
        try {
            Files.createSymbolicLink(link, target.toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
