package io.stillstream.pipeline.deadletters;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PrintableTest {

    @Test
    void line_controlCharacters_areEscaped() {
        assertThat(Printable.line("a\u001b[2Jb\nc\u202ed 👩‍🚀")).isEqualTo("a\\u001b[2Jb\\u000ac\\u202ed 👩‍🚀");
    }

    @Test
    void text_keepsLineBreaks() {
        assertThat(Printable.text("a\n\tb\r")).isEqualTo("a\n\tb\\u000d");
    }

    @Test
    void decode_notText_isEmpty() {
        assertThat(Printable.decode("größe".getBytes(StandardCharsets.UTF_8))).contains("größe");
        assertThat(Printable.decode(new byte[] {'a', (byte) 0xff})).isEmpty();
        assertThat(Printable.decode(new byte[] {'a', 0})).isEmpty();
    }
}
