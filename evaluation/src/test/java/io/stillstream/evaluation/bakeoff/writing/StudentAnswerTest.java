package io.stillstream.evaluation.bakeoff.writing;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.FinishReason;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class StudentAnswerTest {

    @ParameterizedTest
    @MethodSource
    void repetitionRate_answer_isTheShareOfFourGramsThatCameBefore(double expected, int[] ids) {
        assertThat(new StudentAnswer(ids, 100).repetitionRate()).isEqualTo(expected);
    }

    static Stream<Arguments> repetitionRate_answer_isTheShareOfFourGramsThatCameBefore() {
        return Stream.of(
                Arguments.of(0.0, new int[] {}),
                Arguments.of(0.0, new int[] {5, 5, 5}),
                Arguments.of(0.0, new int[] {5, 5, 5, 5}),
                Arguments.of(0.5, new int[] {5, 5, 5, 5, 5}),
                Arguments.of(0.0, new int[] {1, 2, 3, 4, 5, 1, 2, 3}),
                Arguments.of(1.0 / 6, new int[] {1, 2, 3, 4, 5, 1, 2, 3, 4}),
                Arguments.of(0.75, new int[] {1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1}));
    }

    @Test
    void finishReason_fewerTokensThanRoom_isTheStudentsOwnEnd() {
        assertThat(new StudentAnswer(new int[] {1, 2}, 3).finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(new StudentAnswer(new int[] {1, 2, 3}, 3).finishReason()).isEqualTo(FinishReason.LENGTH);
    }
}
