package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.export.weights.WeightType;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.generate.GenerationConfig;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.LmHead;
import io.stillstream.scorer.onnx.run.device.MemoryConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Exported families as teachers: what the scorer says of a response is what transformers' logits say of it, and what it generates is
 * what transformers generates.
 */
final class ExportedTeachersTest {

    private static final int PROMPT = 3;
    private static final double TOLERANCE = 1e-4;
    /** Texts take several runs, each of so many tokens at most. */
    private static final int WINDOW_TOKENS = 7;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @CsvSource({
        "bloom, true",
        "bloom-six-heads, true",
        "gemma2, true",
        "gemma2, false",
        "gemma3, true",
        "gpt2, true",
        "gpt_neox, true",
        "llama, true",
        "mistral, true",
        "opt, true",
        "opt-350m, true",
        "phi3, true",
        "phi3-longrope, false",
        "smollm3-window, true"
    })
    void scoresAndAnswers_areThoseOfTransformers(String name, boolean withPast) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name)) {
            Path source = golden.copyTo(temporary.resolve("source"));
            Path target = temporary.resolve("out");
            OnnxExporter.export(source, target, new ExportOptions(WeightType.FP32, withPast));
            MemoryConfig memory = new MemoryConfig(
                    MemoryConfig.DEFAULT.logitMebibytes(), WINDOW_TOKENS, MemoryConfig.DEFAULT.uncutMebibytes());
            TeacherConfig config = TeacherConfig.of(target)
                    .withMemory(memory)
                    .withGeneration(new GenerationConfig(golden.greedy().length, 0, 1, 0));
            try (OnnxTeacher teacher = OnnxTeacher.open(config)) {
                List<Admission.Admitted> batch = IntStream.range(0, FamilyGolden.TEXTS)
                        .mapToObj(text -> (Admission.Admitted) teacher.admit(request(golden.ids(text))))
                        .toList();
                List<Scoring> scored = teacher.score(batch);
                for (int text = 0; text < FamilyGolden.TEXTS; text++) {
                    requireClose(((Scoring.Scored) scored.get(text)).response().tokens(), golden, text);
                }
                String prompt = FamilyGolden.text(Arrays.copyOf(golden.ids(0), PROMPT));
                Admission.Admitted asked = (Admission.Admitted) teacher.admit(new ScoringRequest("a", prompt, null));
                String answer = teacher.answer(List.of(asked))
                        .get(0)
                        .map(OnnxTeacher.Answer::text)
                        .orElse("");
                assertThat(answer).isEqualTo(FamilyGolden.text(beforeEnd(golden.greedy(), DecoderConfig.read(target))));
            }
        }
    }

    /** transformers was told to go on; a teacher stops before tokens that end a text or begin one. */
    private static long[] beforeEnd(long[] ids, DecoderConfig config) {
        return Arrays.stream(ids)
                .takeWhile(id ->
                        !config.eosTokenIds().contains((int) id) && !Objects.equals(config.bosTokenId(), (int) id))
                .toArray();
    }

    @ParameterizedTest
    @CsvSource({"gemma2, 4", "gpt_neox, 1", "opt-350m, 1", "bloom, 1"})
    void lmHead_isFoundWithItsSoftCap(String name, int nodes) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name)) {
            Path source = golden.copyTo(temporary.resolve("source"));
            OnnxExporter.export(source, temporary.resolve("out"), ExportOptions.defaults());
            DecoderGraph graph = DecoderGraph.read(temporary.resolve("out/model.onnx"));
            assertThat(LmHead.of(graph.model().getGraph()).nodes()).hasSize(nodes);
        }
    }

    private static ScoringRequest request(long[] ids) {
        String prompt = FamilyGolden.text(Arrays.copyOf(ids, PROMPT));
        String response = FamilyGolden.text(Arrays.copyOfRange(ids, PROMPT, ids.length));
        return new ScoringRequest("a", prompt, response, FinishReason.LENGTH, false);
    }

    private static void requireClose(TeacherTokens found, FamilyGolden golden, int text) {
        long[] ids = golden.ids(text);
        assertThat(found.count()).isEqualTo(ids.length - PROMPT);
        for (int t = 0; t < found.count(); t++) {
            float[] logits = golden.logits(text, PROMPT - 1 + t);
            int id = (int) ids[PROMPT + t];
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit);
            }
            assertThat(found.id(t)).isEqualTo(id);
            assertThat((double) found.logZ(t)).as("logZ of token %s", t).isCloseTo(Math.log(sum), within(TOLERANCE));
            assertThat((double) found.logProbability(t))
                    .as("log-probability of token %s", t)
                    .isCloseTo(logits[id] - Math.log(sum), within(TOLERANCE));
        }
    }
}
