package io.stillstream.scorer.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.ScoredResponse;
import io.stillstream.contract.target.Selection;
import io.stillstream.scorer.Admission;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.ScoringRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a model's records must hold, computed in Python in double precision from all logits of plain runs of the model.
 *
 * @param k how many columns are kept
 * @param tolerance of each number: 1e-4, and where the model's logits are halves the spacing of halves at the largest
 * @param answers what the model generates greedily; none for models whose rows depend on each
 *     other, where that depends on how many tokens a run holds
 */
record GoldenScores(List<String> runtimes, int k, double tolerance, List<Sequence> records, List<Answer> answers) {

    static final String FILE_NAME = "golden.json";

    private static final double FP32_TOLERANCE = 1e-4;

    /** A prompt and its response, with what each of several runtimes said. */
    record Sequence(
            String prompt,
            String response,
            List<Integer> promptIds,
            List<Integer> responseIds,
            List<Expected> expected) {}

    /** One runtime's numbers, one for each of the response's T tokens. */
    record Expected(
            String runtime,
            List<Double> logZ,
            List<Double> deviation,
            List<Double> logProbability,
            Columns sequenceProbability,
            Columns sequenceStandardised,
            Columns tokenProbability) {}

    /**
     * Columns, and their log-probabilities {@code [T, K]}.
     *
     * @param ids {@code [K]}, or {@code [T, K]} for {@link Selection#TOKEN}
     */
    record Columns(List<Integer> ids, List<Double> values) {}

    /** The tokens that follow a prompt. */
    record Answer(String prompt, List<Integer> ids) {}

    static GoldenScores read(Path file) throws IOException {
        return new ObjectMapper()
                .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
                .readValue(file.toFile(), GoldenScores.class);
    }

    /** Whether the model's logits are halves, of which two may be neighbours where fp32 differs in its last bits. */
    boolean halves() {
        return tolerance > FP32_TOLERANCE;
    }

    /** Scores all records in one batch and compares with every runtime's numbers. */
    void assertAgree(OnnxTeacher teacher, Selection selection, Ranking ranking) {
        List<Scoring> outcomes = teacher.score(admitted(teacher));
        for (int i = 0; i < records.size(); i++) {
            assertAgree(records.get(i), selection, ranking, outcomes.get(i));
        }
    }

    /** The records, cut into the same tokens as in Python, where their ends were not scored. */
    List<Admission.Admitted> admitted(OnnxTeacher teacher) {
        return records.stream()
                .map(record -> {
                    Admission admission = teacher.admit(new ScoringRequest(
                            record.prompt(), record.prompt(), record.response(), FinishReason.LENGTH, false));
                    Admission.Admitted admitted = (Admission.Admitted) admission;
                    assertThat(admitted.tokenized().promptIds())
                            .containsExactly(record.promptIds().toArray(Integer[]::new));
                    assertThat(admitted.tokenized().responseIds())
                            .containsExactly(record.responseIds().toArray(Integer[]::new));
                    return admitted;
                })
                .toList();
    }

    private void assertAgree(Sequence record, Selection selection, Ranking ranking, Scoring outcome) {
        assertThat(outcome).isInstanceOf(Scoring.Scored.class);
        ScoredResponse scored = ((Scoring.Scored) outcome).response();
        assertThat(scored.text()).isEqualTo(record.response());
        assertThat(scored.columns().selection()).isEqualTo(selection);
        assertThat(scored.columns().ranking()).isEqualTo(ranking);
        int positions = record.responseIds().size();
        assertThat(scored.tokens().count()).isEqualTo(positions);
        for (Expected expected : record.expected()) {
            Columns columns = selection == Selection.TOKEN
                    ? expected.tokenProbability()
                    : ranking == Ranking.PROBABILITY ? expected.sequenceProbability() : expected.sequenceStandardised();
            for (int t = 0; t < positions; t++) {
                String where = "of token " + t + " by " + expected.runtime();
                assertClose(
                        "logZ " + where,
                        scored.tokens().logZ(t),
                        expected.logZ().get(t));
                assertClose(
                        "deviation " + where,
                        scored.tokens().logitStandardDeviation(t),
                        expected.deviation().get(t));
                assertClose(
                        "log-probability " + where,
                        scored.tokens().logProbability(t),
                        expected.logProbability().get(t));
                int position = t;
                int firstId = selection == Selection.TOKEN ? t * k : 0;
                assertThat(IntStream.range(0, k).map(i -> scored.columns().id(position, i)))
                        .as("columns %s", where)
                        .containsExactlyElementsOf(columns.ids().subList(firstId, firstId + k));
                for (int i = 0; i < k; i++) {
                    assertClose(
                            "column " + i + " " + where,
                            scored.columns().logProbability(t, i),
                            columns.values().get(t * k + i));
                }
            }
        }
    }

    private void assertClose(String what, float actual, double expected) {
        assertThat((double) actual).as(what).isCloseTo(expected, within(tolerance));
    }
}
