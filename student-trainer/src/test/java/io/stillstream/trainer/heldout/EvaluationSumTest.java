package io.stillstream.trainer.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.target.RankedColumns;
import io.stillstream.contract.target.Ranking;
import io.stillstream.contract.target.Selection;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.contract.target.TeacherTokens;
import io.stillstream.contract.target.Vocabulary;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.inference.SequenceEvaluation;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EvaluationSumTest {

    private static final int A = 4;
    private static final int B = 5;
    private static final int T = 23;
    private static final int TH = 30;
    private static final int END = 2;

    private static TextTokenizer tokenizer;
    private static ExampleTokenizer exampleTokenizer;

    @BeforeAll
    static void load(@TempDir Path directory) {
        TinyStudent.at(directory.resolve("student"));
        tokenizer = TextTokenizer.load(directory.resolve("student"));
        exampleTokenizer = new ExampleTokenizer(
                tokenizer,
                DecoderConfig.read(directory.resolve("student")),
                StudentWording.teachers(null, tokenizer, DecoderConfig.read(directory.resolve("student"))));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void result_twoSequences_isTheLossOverAllTokensAndBytes() {
        var sum = new EvaluationSum(tokenizer, null);
        // "theb" is th, e, b for the student and three tokens of 2, 1 and 1 bytes for the teacher.
        sum.add(sequence("theb", new int[] {2, 3, 4}), evaluation(6.0, T, B, A));
        sum.add(sequence("a", new int[] {1}), evaluation(2.0, TH));
        HeldOutEvaluation result = sum.result();
        assertThat(result.records()).isEqualTo(2);
        assertThat(result.loss()).isEqualTo(8.0 / 4);
        assertThat(result.perplexity()).isCloseTo(7.38905609893065, within(1e-12));
        assertThat(result.bitsPerByte()).isCloseTo(8.0 / 0.6931471805599453 / 5, within(1e-12));
        assertThat(result.teacherBitsPerByte()).isCloseTo(4 * 0.5 / 0.6931471805599453 / 5, within(1e-12));
        // The teacher's first choices are "there", "b", "b": the student agrees with the first two.
        assertThat(result.teacherAgreement()).isEqualTo(3.0 / 4);
        assertThat(result.figures()).containsEntry("held_out_loss", 2.0).containsEntry("held_out_records", 2.0);
    }

    @Test
    void result_textsOfAllAuthors_countsGivenOnesForTheTeachersLead() {
        var sum = new EvaluationSum(tokenizer, null);
        sum.add(sequence("theb", new int[] {2, 3, 4}), evaluation(6.0, T, B, A));
        sum.add(sequence("b", "ab", new int[] {1, 2}, Author.student("tiny-1")), evaluation(9.0, B, T));
        assertThat(sum.result().teacherLead()).isNaN();
        sum.add(sequence("b", "ab", new int[] {1, 2}, Author.PRODUCTION), evaluation(3.0, B, T));
        sum.add(sequence("b", "a", new int[] {1}, Author.PRODUCTION), evaluation(2.0, TH));
        // Five nats of the student's and 1.5 of the teacher's, over three bytes.
        assertThat(sum.result().teacherLead()).isCloseTo(3.5 / 0.6931471805599453 / 3, within(1e-12));
        assertThat(sum.result().figures()).containsKey("held_out_teacher_lead");
    }

    @Test
    void result_nothingAdded_hasNoFiguresToShow() {
        HeldOutEvaluation result = new EvaluationSum(tokenizer, null).result();
        assertThat(result.loss()).isNaN();
        assertThat(result.figures()).containsOnlyKeys("held_out_records");
    }

    @Test
    void count_tokensThatStartElsewhere_areNotCompared() {
        // Student: th|e|b. Teacher: t|heb: only byte 0 is a start for both.
        Agreement agreement = Agreement.count(sequence("theb", new int[] {1, 4}), new int[] {A, A, A}, tokenizer, null);
        assertThat(agreement).isEqualTo(new Agreement(1, 0));
    }

    @Test
    void count_emptyTeacherToken_isPassedOver() {
        Agreement agreement = Agreement.count(sequence("ab", new int[] {0, 1, 2}), new int[] {B, T}, tokenizer, null);
        // Position 0 of the teacher is empty; its choices at byte 0 and 1 are "b" and "b".
        assertThat(agreement).isEqualTo(new Agreement(2, 1));
    }

    @Test
    void count_choiceWithoutText_agreesWithNothing() {
        Agreement agreement = Agreement.count(sequence("ab", new int[] {1, 2}), new int[] {END, END}, tokenizer, null);
        assertThat(agreement).isEqualTo(new Agreement(2, 0));
    }

    @Test
    void count_firstTokenStartsInThePrompt_isNotCompared() {
        Agreement agreement =
                Agreement.count(sequence("bt", "he", new int[] {1, 2}), new int[] {TH, B}, tokenizer, null);
        assertThat(agreement).isEqualTo(new Agreement(1, 1));
    }

    /** With the loss divided evenly among the tokens, and these choices in their places. */
    private static SequenceEvaluation evaluation(double nats, int... choices) {
        float[] losses = new float[choices.length];
        Arrays.fill(losses, (float) nats / choices.length);
        return new SequenceEvaluation(losses, choices, new float[choices.length]);
    }

    private static TokenizedTarget sequence(String response, int[] teacherEnds) {
        return sequence("b", response, teacherEnds, Author.TEACHER);
    }

    private static TokenizedTarget sequence(String prompt, String response, int[] teacherEnds) {
        return sequence(prompt, response, teacherEnds, Author.TEACHER);
    }

    /** A teacher whose first choice is "there" at its first position and "b" after it. */
    private static TokenizedTarget sequence(String prompt, String response, int[] teacherEnds, Author author) {
        int positions = teacherEnds.length;
        float[] ones = new float[positions];
        float[] halves = new float[positions];
        float[] columns = new float[2 * positions];
        for (int t = 0; t < positions; t++) {
            halves[t] = -0.5f;
            columns[2 * t] = t == 0 ? -0.1f : -3f;
            columns[2 * t + 1] = t == 0 ? -3f : -0.1f;
        }
        var targets = new TeacherTargets(
                "p",
                "c",
                "t",
                new PlainText(prompt),
                prompt,
                Message.assistant(response),
                response,
                null,
                Samples.TEACHER,
                new Vocabulary("bb", 32, List.of()),
                new TeacherTokens(new int[teacherEnds.length], teacherEnds, false, ones, ones, halves),
                new RankedColumns(
                        Selection.SEQUENCE,
                        Ranking.PROBABILITY,
                        1f,
                        new int[] {8, 9},
                        List.of(Samples.utf8("there"), Samples.utf8("b")),
                        columns,
                        positions),
                FinishReason.STOP,
                Split.HELD_OUT,
                author,
                Instant.EPOCH,
                Instant.EPOCH);
        return ((Outcome.Accepted<TokenizedTarget>) exampleTokenizer.tokenize(targets)).value();
    }
}
