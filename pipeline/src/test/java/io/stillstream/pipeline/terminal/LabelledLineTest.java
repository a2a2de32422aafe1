package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LabelledLineTest {

    private static final String VALUE = "1 read, until they fill a step or their source ends; 88 not read";

    @AfterEach
    void forget() {
        System.clearProperty("stillstream.terminal");
        System.clearProperty("stillstream.columns");
    }

    @Test
    void print_onATerminal_breaksAValueBelowItsColumn() {
        System.setProperty("stillstream.terminal", "true");
        System.setProperty("stillstream.columns", "40");
        assertThat(printed(VALUE)).isEqualTo("""
                waiting      1 read, until they fill a
                             step or their source ends;
                             88 not read
                """);
    }

    @Test
    void print_toAPipe_keepsTheValueInOneLine() {
        System.setProperty("stillstream.columns", "40");
        assertThat(printed(VALUE)).isEqualTo("waiting      " + VALUE + "\n");
    }

    private static String printed(String value) {
        var bytes = new ByteArrayOutputStream();
        LabelledLine.print(new PrintStream(bytes, true, StandardCharsets.UTF_8), 12, "waiting", value);
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }
}
