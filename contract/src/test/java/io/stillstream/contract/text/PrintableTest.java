package io.stillstream.contract.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(
            ints = {0x00, 0x07, 0x08, 0x1b, 0x7f, 0x85, 0x9b, 0x200b, 0x202a, 0x202e, 0x2066, 0x2069, 0xd800, 0xdfff})
    void text_characterThatATerminalActsOn_isEscaped(int character) {
        assertThat(Printable.text("a" + (char) character + "b")).isEqualTo(String.format("a\\u%04xb", character));
    }

    @Test
    void text_controlBeyondTheBasicPlane_isEscapedAsJsonDoes() {
        assertThat(Printable.text(Character.toString(0xe0001))).isEqualTo("\\udb40\\udc01");
    }
}
