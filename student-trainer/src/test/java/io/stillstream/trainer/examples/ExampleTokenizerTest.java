package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.student.TinyT5;
import io.stillstream.trainer.examples.wording.StudentWording;
import io.stillstream.trainer.loop.Samples;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleTokenizerTest {

    private static final int WINDOW = TinyStudent.CONTEXT_WINDOW;

    private static TextTokenizer textTokenizer;
    private static ExampleTokenizer tokenizer;

    @BeforeAll
    static void load(@TempDir Path directory) {
        TinyStudent.at(directory.resolve("student"));
        textTokenizer = TextTokenizer.load(directory.resolve("student"));
        tokenizer = new ExampleTokenizer(
                textTokenizer,
                DecoderConfig.read(directory.resolve("student")),
                StudentWording.teachers(null, textTokenizer, DecoderConfig.read(directory.resolve("student"))));
    }

    @AfterAll
    static void close() {
        textTokenizer.close();
    }

    @Test
    void tokenize_wholeResponse_endsWithTheEndOfText() {
        TokenizedTarget target = accepted(tokenizer.tokenize(Samples.targets("ab", " cd")), false);
        assertThat(target.promptIds()).containsExactly(1, 4, 5);
        assertThat(target.labels()).containsExactly(3, 6, 7, 2);
        assertThat(target.responseTokens()).isEqualTo(3);
        assertThat(target.responseBytes()).isEqualTo(3);
    }

    @Test
    void tokenize_responseThatHitTheLimit_hasNoEnd() {
        var targets = Samples.targets("ab", " cd", FinishReason.LENGTH, Split.TRAIN, Samples.TEACHER);
        assertThat(accepted(tokenizer.tokenize(targets), false).labels()).containsExactly(3, 6, 7);
    }

    @Test
    void tokenize_tokenAcrossTheBoundary_isTheFirstLabel() {
        TokenizedTarget target = accepted(tokenizer.tokenize(Samples.targets("at", "he")), false);
        assertThat(target.promptIds()).containsExactly(1, 4);
        assertThat(target.labels()).containsExactly(30, 8, 2);
        assertThat(target.responseEnd(0)).isEqualTo(1);
    }

    @Test
    void tokenize_responseBeyondTheWindow_isTruncatedOnBothSides() {
        TokenizedTarget target = accepted(tokenizer.tokenize(Samples.targets("ab", "c".repeat(WINDOW))), true);
        assertThat(target.length()).isEqualTo(WINDOW);
        assertThat(target.labels()).hasSize(WINDOW - 3).doesNotContain(2);
        assertThat(target.teacherPositions()).isEqualTo(WINDOW - 3);
    }

    @Test
    void tokenize_responseThatFillsTheWindow_hasNoRoomForTheEnd() {
        TokenizedTarget target = accepted(tokenizer.tokenize(Samples.targets("ab", "c".repeat(WINDOW - 3))), false);
        assertThat(target.length()).isEqualTo(WINDOW);
        assertThat(target.labels()).doesNotContain(2);
    }

    @Test
    void tokenize_promptThatFillsTheWindow_isRejected() {
        assertThat(tokenizer.tokenize(Samples.targets("a".repeat(WINDOW), "b")))
                .isEqualTo(Outcome.rejected(
                        RejectionCode.CONTEXT_WINDOW, "the prompt has 65 tokens; the student's context window is 64"));
    }

    /** A response of an encoder's student is a text of its own; its end is in the labels, and the prompt's in the source. */
    @Test
    void tokenize_withEncoder_promptIsTheSourceAndTheStart(@TempDir Path directory) {
        TinyT5.at(directory.resolve("t5"));
        DecoderConfig config = DecoderConfig.read(directory.resolve("t5"));
        try (TextTokenizer unigram = TextTokenizer.load(directory.resolve("t5"))) {
            var encoded = new ExampleTokenizer(unigram, config, StudentWording.teachers(null, unigram, config));
            TokenizedTarget target = accepted(encoded.tokenize(Samples.targets("the", "in the")), false);
            assertThat(target.promptIds()).containsExactly(4, TinyT5.END, TinyT5.START);
            assertThat(target.labels()).containsExactly(3, 9, 4, TinyT5.END);
            assertThat(target.responseBytes()).isEqualTo(6);
            // An empty text has an end too.
            assertThat(accepted(encoded.tokenize(Samples.targets(" ", "in")), false)
                            .promptIds())
                    .containsExactly(TinyT5.END, TinyT5.START);
            assertThat(encoded.tokenize(Samples.targets("the", "\n")))
                    .isEqualTo(Outcome.rejected(
                            RejectionCode.EMPTY_RESPONSE,
                            "the response has no token of the student's: its tokenizer leaves all of it out"));
        }
    }

    private static TokenizedTarget accepted(Outcome<TokenizedTarget> outcome, boolean truncated) {
        assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
        TokenizedTarget target = ((Outcome.Accepted<TokenizedTarget>) outcome).value();
        assertThat(target.truncated()).isEqualTo(truncated);
        return target;
    }
}
