package io.stillstream.pipeline.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WholeLinesTest {

    @Test
    void write_inPieces_handsOnWholeLines() throws IOException {
        List<String> lines = new ArrayList<>();
        try (WholeLines out = new WholeLines(lines::add)) {
            out.write("WARN gr".getBytes(StandardCharsets.UTF_8));
            assertThat(lines).isEmpty();
            out.write("öße\r\n\nnext".getBytes(StandardCharsets.UTF_8));
            assertThat(lines).containsExactly("WARN größe", "");
        }
    }
}
