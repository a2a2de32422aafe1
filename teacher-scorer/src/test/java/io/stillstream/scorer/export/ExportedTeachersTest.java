package io.stillstream.scorer.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.FinishReason;
import io.stillstream.contract.TeacherTokens;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.export.weights.WeightType;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.graph.DecoderGraph;
import io.stillstream.scorer.onnx.graph.LmHead;
import io.stillstream.scorer.onnx.run.MemoryConfig;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exported families as teachers: what the scorer says of a response is what transformers' logits say of it. */
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
    void scores_areThoseOfTransformersLogits(String name, boolean withPast) throws Exception {
        try (FamilyGolden golden = new FamilyGolden(name)) {
            Path source = golden.copyTo(temporary.resolve("source"));
            Path target = temporary.resolve("out");
            OnnxExporter.export(source, target, new ExportOptions(WeightType.FP32, withPast));
            MemoryConfig memory = new MemoryConfig(
                    MemoryConfig.DEFAULT.logitMebibytes(), WINDOW_TOKENS, MemoryConfig.DEFAULT.uncutMebibytes());
            try (OnnxTeacher teacher = OnnxTeacher.open(TeacherConfig.of(target).withMemory(memory))) {
                List<Admission.Admitted> batch = IntStream.range(0, FamilyGolden.TEXTS)
                        .mapToObj(text -> (Admission.Admitted) teacher.admit(request(golden.ids(text))))
                        .toList();
                List<Scoring> scored = teacher.score(batch);
                for (int text = 0; text < FamilyGolden.TEXTS; text++) {
                    requireClose(((Scoring.Scored) scored.get(text)).response().tokens(), golden, text);
                }
            }
        }
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
