package io.stillstream.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.evaluation.EvaluationException;
import io.stillstream.evaluation.measure.TextEvaluation.Measured;
import io.stillstream.evaluation.measure.TextEvaluation.Refused;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.inference.WordedPrompt;
import io.stillstream.trainer.examples.wording.TemplateChoice;
import io.stillstream.trainer.heldout.Agreement;
import io.stillstream.trainer.loop.Samples;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextEvaluatorTest {

    /** The beginning of a text is a token too. */
    private static final int ROOM = TinyStudent.CONTEXT_WINDOW - 1;

    private static TextEvaluator evaluator;

    @BeforeAll
    static void open(@TempDir Path directory) {
        Path student = TinyStudent.at(directory.resolve("student"));
        evaluator = TextEvaluator.open(student, student, TemplateChoice.own(), 100);
    }

    @AfterAll
    static void close() {
        evaluator.close();
    }

    @Test
    void evaluate_textThatATeacherScored_costsTheSameAsWithoutTheTeacher() {
        TeacherTargets targets = Samples.targets("ab", " cd the end");
        List<TextEvaluation> evaluations = evaluator.evaluate(List.of(
                plain("ab", " cd the end"),
                new EvaluationText("scored", null, new WordedPrompt("ab", false), " cd the end", targets, List.of())));

        Measured plain = (Measured) evaluations.get(0);
        Measured scored = (Measured) evaluations.get(1);
        assertThat(plain.nats()).isPositive().isCloseTo(scored.nats(), within(1e-4));
        // " cd the end" has eleven bytes, of which "th" is one token.
        assertThat(plain.tokens()).isEqualTo(10).isEqualTo(scored.tokens());
        assertThat(plain.bytes()).isEqualTo(11).isEqualTo(scored.bytes());
        assertThat(plain.agreement()).isEqualTo(Agreement.NONE);
        assertThat(scored.agreement().positions()).isEqualTo(10);
    }

    @Test
    void evaluate_textsOfAllLengths_keepTheirPlaces() {
        List<TextEvaluation> evaluations = evaluator.evaluate(List.of(
                plain("ab", "c".repeat(ROOM)), plain("a".repeat(ROOM + 1), "c"), plain("ab", "cd"), plain("ab", "")));

        assertThat((Measured) evaluations.get(0)).satisfies(measured -> {
            assertThat(measured.truncated()).isTrue();
            assertThat(measured.bytes()).isEqualTo(ROOM - 2);
            assertThat(measured.calibration().tokens()).isEqualTo(ROOM - 2);
        });
        assertThat(((Refused) evaluations.get(1)).kind()).isEqualTo(RejectionCode.CONTEXT_WINDOW);
        assertThat(((Measured) evaluations.get(2)).tokens()).isEqualTo(2);
        assertThat(((Refused) evaluations.get(3)).reason()).contains("empty");
    }

    @Test
    void open_directoryWithoutAStudent_isRefused(@TempDir Path empty) {
        assertThatThrownBy(() -> TextEvaluator.open(empty, empty, TemplateChoice.own(), 100))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("no config.json in " + empty);
    }

    private static EvaluationText plain(String prompt, String text) {
        return new EvaluationText("plain", null, new WordedPrompt(prompt, false), text, null, List.of());
    }
}
