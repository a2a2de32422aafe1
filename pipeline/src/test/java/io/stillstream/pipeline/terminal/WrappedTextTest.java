package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WrappedTextTest {

    @Test
    void lines_breakAtSpaces() {
        assertThat(WrappedText.lines("the line is not JSON", 12)).containsExactly("the line is", "not JSON");
        assertThat(WrappedText.lines("the line is", 11)).containsExactly("the line is");
    }

    @Test
    void hanging_indentsWhatContinues() {
        assertThat(WrappedText.hanging("12:00 WARN the line is no JSON", 15, "  "))
                .containsExactly("12:00 WARN the", "  line is no", "  JSON");
        assertThat(WrappedText.hanging("    at Class.method", 12, "  "))
                .containsExactly("    at", "  Class.meth", "  od");
    }

    @Test
    void lines_longWord_isBroken() {
        assertThat(WrappedText.lines("abcdefgh ij", 4)).containsExactly("abcd", "efgh", "ij");
    }
}
