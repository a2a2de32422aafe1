package io.stillstream.trainer.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.contract.FinishReason;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.Split;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.student.TinyStudent;
import io.stillstream.trainer.loop.Samples;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExampleTokenizerTest {

    private static final int WINDOW = TinyStudent.CONTEXT_WINDOW;

    private static TextTokenizer tokenizer;
    private static ExampleTokenizer preparer;

    @BeforeAll
    static void load(@TempDir Path directory) {
        TinyStudent.at(directory.resolve("student"));
        tokenizer = TextTokenizer.load(directory.resolve("student"));
        preparer = new ExampleTokenizer(tokenizer, DecoderConfig.read(directory.resolve("student")));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @Test
    void prepare_wholeResponse_endsWithTheEndOfText() {
        TokenizedTarget sequence = ready(preparer.prepare(Samples.targets("ab", " cd")), false);
        assertThat(sequence.promptIds()).containsExactly(1, 4, 5);
        assertThat(sequence.labels()).containsExactly(3, 6, 7, 2);
        assertThat(sequence.responseTokens()).isEqualTo(3);
        assertThat(sequence.responseBytes()).isEqualTo(3);
    }

    @Test
    void prepare_responseThatWasBrokenOff_hasNoEnd() {
        var targets = Samples.targets("ab", " cd", FinishReason.LENGTH, Split.TRAIN, Samples.TEACHER);
        assertThat(ready(preparer.prepare(targets), false).labels()).containsExactly(3, 6, 7);
    }

    @Test
    void prepare_tokenAcrossTheBoundary_isTheFirstLabel() {
        TokenizedTarget sequence = ready(preparer.prepare(Samples.targets("at", "he")), false);
        assertThat(sequence.promptIds()).containsExactly(1, 4);
        assertThat(sequence.labels()).containsExactly(30, 8, 2);
        assertThat(sequence.responseEnd(0)).isEqualTo(1);
    }

    @Test
    void prepare_responseBeyondTheWindow_isCutOnBothSides() {
        TokenizedTarget sequence = ready(preparer.prepare(Samples.targets("ab", "c".repeat(WINDOW))), true);
        assertThat(sequence.length()).isEqualTo(WINDOW);
        assertThat(sequence.labels()).hasSize(WINDOW - 3).doesNotContain(2);
        assertThat(sequence.teacherPositions()).isEqualTo(WINDOW - 3);
    }

    @Test
    void prepare_responseThatFillsTheWindow_hasNoRoomForTheEnd() {
        TokenizedTarget sequence = ready(preparer.prepare(Samples.targets("ab", "c".repeat(WINDOW - 3))), false);
        assertThat(sequence.length()).isEqualTo(WINDOW);
        assertThat(sequence.labels()).doesNotContain(2);
    }

    @Test
    void prepare_promptThatFillsTheWindow_isRefused() {
        Preparation preparation = preparer.prepare(Samples.targets("a".repeat(WINDOW), "b"));
        assertThat(preparation)
                .isEqualTo(new Preparation.Refused(
                        RejectionCode.CONTEXT_WINDOW, "the prompt has 65 tokens; the student's context window is 64"));
    }

    private static TokenizedTarget ready(Preparation preparation, boolean cut) {
        assertThat(preparation).isInstanceOf(Preparation.Ready.class);
        var ready = (Preparation.Ready) preparation;
        assertThat(ready.cut()).isEqualTo(cut);
        return ready.sequence();
    }
}
