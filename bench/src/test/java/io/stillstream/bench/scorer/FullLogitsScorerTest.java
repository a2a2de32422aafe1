package io.stillstream.bench.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import io.stillstream.scorer.onnx.OnnxTeacher;
import io.stillstream.scorer.onnx.Rounding;
import io.stillstream.scorer.onnx.TeacherConfig;
import io.stillstream.scorer.onnx.TinyDecoder;
import io.stillstream.scorer.onnx.run.Distribution;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The benchmark's baselines: what they compute is what the scorer computes. */
final class FullLogitsScorerTest {

    private static final int K = 5;
    private static final int HIDDEN = 6;
    private static final List<ScoringRequest> REQUESTS = List.of(
            new ScoringRequest("1", "abc", "defghij", FinishReason.LENGTH, false),
            new ScoringRequest("2", "a", "z", FinishReason.LENGTH, false),
            new ScoringRequest("3", "qwertyuiop", "asdf", FinishReason.LENGTH, false));

    @TempDir
    private Path directory;

    /** In one run, and in a run for each text. */
    @ParameterizedTest
    @ValueSource(longs = {1 << 20, 1})
    void distributions_responsesOfUnequalLength_equalTheScorers(long logitBytes) throws IOException {
        TeacherConfig config = config();
        try (OnnxTeacher teacher = OnnxTeacher.open(config);
                FullLogitsScorer fullLogits = FullLogitsScorer.open(config, TinyDecoder.VOCABULARY, logitBytes)) {
            List<Admission.Admitted> batch = admitted(teacher);
            List<Distribution> ranked = fullLogits.distributions(batch);
            List<Scoring> scored = teacher.score(batch);
            assertThat(ranked).hasSize(scored.size());
            for (int i = 0; i < ranked.size(); i++) {
                assertEqual(ranked.get(i), ((Scoring.Scored) scored.get(i)).response());
            }
        }
    }

    @Test
    void score_batch_takesOutTheLogitsOfEveryPosition() throws IOException {
        TeacherConfig config = config();
        try (OnnxTeacher teacher = OnnxTeacher.open(config);
                FullLogitsScorer fullLogits = FullLogitsScorer.open(config, TinyDecoder.VOCABULARY, 1 << 20)) {
            int longest = 10 + 4 - 1;
            assertThat(fullLogits.score(admitted(teacher)))
                    .isEqualTo((long) REQUESTS.size() * longest * TinyDecoder.VOCABULARY * Float.BYTES);
        }
    }

    @Test
    void bytesOut_batch_areHiddenStatesAndRecords() throws IOException {
        TeacherConfig config = config();
        try (OnnxTeacher teacher = OnnxTeacher.open(config);
                RuntimeOnlyScorer runtime = RuntimeOnlyScorer.open(config, TinyDecoder.VOCABULARY, admitted(teacher))) {
            long positions = 7 + 1 + 4;
            long columns = (long) REQUESTS.size() * K * Long.BYTES;
            assertThat(runtime.bytesOut())
                    .isEqualTo(new RuntimeOnlyScorer.BytesOut(
                            positions * HIDDEN * Float.BYTES, positions * (3 + K) * Float.BYTES + columns));
        }
    }

    private static void assertEqual(Distribution ranked, ScoredResponse scored) {
        assertThat(ranked.logZ()).hasSize(scored.tokens().count());
        for (int t = 0; t < ranked.logZ().length; t++) {
            assertClose(ranked.logZ()[t], scored.tokens().logZ(t));
            assertClose(ranked.logitStandardDeviation()[t], scored.tokens().logitStandardDeviation(t));
            assertClose(ranked.logProbability()[t], scored.tokens().logProbability(t));
            for (int column = 0; column < K; column++) {
                assertThat(ranked.columns()[column]).isEqualTo(scored.columns().id(t, column));
                assertClose(
                        ranked.columnLogProbabilities()[t * K + column],
                        scored.columns().logProbability(t, column));
            }
        }
    }

    private static void assertClose(float actual, float expected) {
        assertThat(actual).isCloseTo(expected, within(Rounding.ofSum(TinyDecoder.VOCABULARY, expected)));
    }

    private TeacherConfig config() throws IOException {
        return TeacherConfig.of(new TinyDecoder().write(directory))
                .withColumns(Selection.SEQUENCE, Ranking.PROBABILITY, K)
                .withDevice("cpu", 1);
    }

    private static List<Admission.Admitted> admitted(OnnxTeacher teacher) {
        return REQUESTS.stream()
                .map(request -> (Admission.Admitted) teacher.admit(request))
                .toList();
    }
}
