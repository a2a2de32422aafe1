package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class TableTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Table table = Table.start(
            new PrintStream(printed, true, StandardCharsets.UTF_8),
            Table.text("loss", 8),
            Table.number("milliseconds", 4, "%.1f"),
            Table.number("speedup", 0, "%.2fx"),
            Table.text("baseline", 0));

    @Test
    void row_cells_lineUpUnderTheirHeadings() {
        table.row("uld", 5.25, 10.0, "eager");
        table.row("a very long name", 5.25, Double.NaN, "");

        assertThat(printed.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "loss      milliseconds  speedup  baseline",
                        "uld                5.3   10.00x  eager",
                        "a very long name           5.3        -");
    }

    @Test
    void row_tooFewValues_isRefused() {
        assertThatThrownBy(() -> table.row("uld", 5.25))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 values; expected 4");
    }
}
