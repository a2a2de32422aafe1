package io.stillstream.evaluation.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code golden/text-scores.json} holds texts written for this test and the scores that Python made of them: SQuAD's
 * normalisation with its rule for empty answers, and {@code rouge_score}'s rougeLsum.
 */
final class TaskScoreTest {

    private static final double TOLERANCE = 1e-12;

    @ParameterizedTest
    @MethodSource("cases")
    void of_goldenTexts_isWhatTheScriptsSay(JsonNode golden) {
        List<String> references = new ArrayList<>();
        golden.get("references").forEach(reference -> references.add(reference.textValue()));
        for (TaskScore score : TaskScore.values()) {
            assertThat(score.of(golden.get("prediction").textValue(), references))
                    .as(score.name())
                    .isCloseTo(golden.get(score.name().toLowerCase(Locale.ROOT)).doubleValue(), within(TOLERANCE));
        }
    }

    static Stream<JsonNode> cases() throws IOException {
        try (InputStream json = TaskScoreTest.class.getResourceAsStream("/golden/text-scores.json")) {
            JsonNode cases = new ObjectMapper().readTree(json);
            assertThat(cases).isNotEmpty();
            return cases.valueStream();
        }
    }

    @Test
    void of_severalReferences_takesTheClosest() {
        assertThat(TaskScore.F1.of("blue whale", List.of("whale", "a blue whale", "nothing")))
                .isEqualTo(1);
    }

    @Test
    void of_noReference_isRefused() {
        assertThatThrownBy(() -> TaskScore.F1.of("whale", List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
