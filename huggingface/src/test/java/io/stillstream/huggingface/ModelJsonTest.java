package io.stillstream.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelJsonTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': 1, 'a': 2} | the field 'a' is there twice, line 1",
                "{'b': {'\\u001b[2J': 1, '\\u001b[2J': 2}} | the field '\\u001B[2J' is there twice",
                "{'a': 1} {} | more text after the value",
                "{'a': | it ends too early",
                "{'a': nul} | an unexpected character or word",
                "{'a': 1e} | an unexpected character or word"
            })
    void read_noJson_isToldInOneLine(String contents, String problem) throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), contents.replace('\'', '"'));
        assertThatThrownBy(() -> ModelJson.read(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(file + " is not JSON: " + problem)
                .satisfies(failure -> assertThat(failure.getMessage()).hasLineCount(1));
    }

    @Test
    void read_emptyFile_isCalledOne() throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), " \n");
        assertThatThrownBy(() -> ModelJson.read(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessage(file + " is empty; expected JSON");
    }

    @Test
    void readObject_otherJson_isNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), "[1, 2]");
        assertThatThrownBy(() -> ModelJson.readObject(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessage(file + " is a list of 2; expected an object");
    }

    @Test
    void read_otherEncoding_isNamed() throws IOException {
        Path file = Files.write(directory.resolve("config.json"), "{'a': 'é'}".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ModelJson.read(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessage(file + " is not UTF-8; expected JSON");
    }

    @Test
    void read_deepNesting_isRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("config.json"), "[".repeat(128) + "]".repeat(128));
        assertThatThrownBy(() -> ModelJson.read(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("depth (128) exceeds the maximum allowed (127)");
        Files.writeString(file, "[".repeat(127) + "]".repeat(127));
        assertThat(ModelJson.read(file).isArray()).isTrue();
    }

    @Test
    void read_fileThatFillsTheMemory_isRefused() throws IOException {
        Path file = directory.resolve("config.json");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        assertThatThrownBy(() -> ModelJson.read(file))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(file + " has 1099511627776 bytes; expected at most 67108864");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'three' | 'three'",
                "2.5 | 2.5",
                "2000000000000 | 2000000000000",
                "true | true",
                "{} | an object of 0",
                "[1, 'x'] | 'x'",
                "[[1]] | a list of 1"
            })
    void ids_wrongType_isNamed(String value, String shown) {
        byte[] json = ("{\"eos_token_id\": " + value.replace('\'', '"') + "}").getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> ModelJson.ids(ModelJson.parse(json, "config.json"), "eos_token_id"))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessage("eos_token_id is " + shown + "; expected a whole number of at most 2147483647");
    }

    @Test
    void ids_oneOrMore_areRead() {
        assertThat(ModelJson.ids(ModelJson.parse("{\"e\": 7}".getBytes(StandardCharsets.UTF_8), "x"), "e"))
                .containsExactly(7);
        assertThat(ModelJson.ids(ModelJson.parse("{\"e\": [7, 8]}".getBytes(StandardCharsets.UTF_8), "x"), "e"))
                .containsExactly(7, 8);
        assertThat(ModelJson.ids(ModelJson.parse("{\"e\": null}".getBytes(StandardCharsets.UTF_8), "x"), "e"))
                .isEmpty();
    }
}
