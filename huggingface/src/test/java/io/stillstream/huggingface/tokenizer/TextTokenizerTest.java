package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.stillstream.huggingface.HuggingFaceException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextTokenizerTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tokenizers/gpt2",
                "tokenizers/gpt2_first8192",
                "tokenizers/qwen2_5",
                "tokenizers/mistral",
                "models/stories15M/hf",
                "models/stories260K/hf"
            })
    void encode_realTokenizer_coversEveryByteOfTheResponse(String name) {
        Path directory = SHARED.resolve(name);
        assumeTrue(Files.isDirectory(directory), "needs " + directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            for (String response : new String[] {
                " there was a fox.", "wn fox", " naïve 日本語 text", " 👩‍🚀🦊\n\n  two  spaces ", "\tend\n"
            }) {
                check(tokenizer, "Once upon a brô", response);
            }
        }
    }

    @Test
    void id_specialToken_isFound() {
        Path directory = SHARED.resolve("models/stories15M/hf");
        assumeTrue(Files.isDirectory(directory), "needs " + directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            assertThat(tokenizer.id("</s>")).hasValue(2);
            assertThat(tokenizer.id("no such token")).isEmpty();
            assertThat(tokenizer.vocabularySize()).isEqualTo(32000);
            assertThat(tokenizer.encodePrompt("Once upon a time")).containsExactly(1, 9038, 2501, 263, 931);
        }
    }

    @Test
    void encodePrompt_textThatBeginsAsTheTokenizerDoes_beginsOnce() {
        Path directory = SHARED.resolve("models/stories15M/hf");
        assumeTrue(Files.isDirectory(directory), "needs " + directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            assertThat(tokenizer.encodePrompt("<s>Once upon a time"))
                    .startsWith(1)
                    .doesNotHaveDuplicates();
            TokenizedResponse tokens = tokenizer.encode("<s>Once upon", " a time");
            assertThat(tokens.promptIds()).startsWith(1).doesNotHaveDuplicates();
            assertThat(tokenizer.text(tokens.responseIds())).isEqualTo(" a time");
        }
    }

    @Test
    void load_missingTokenizer_saysWhatToDo(@TempDir Path directory) {
        assertThatThrownBy(() -> TextTokenizer.load(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("no tokenizer.json in " + directory);
    }

    private static void check(TextTokenizer tokenizer, String prompt, String response) {
        TokenizedResponse cut = tokenizer.encode(prompt, response);
        int[] ends = cut.responseEnds();
        byte[] utf8 = response.getBytes(StandardCharsets.UTF_8);
        assertThat(ends[ends.length - 1]).isEqualTo(utf8.length);
        assertThat(ends).isSorted();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : cut.responseIds()) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        byte[] spelled = bytes.toByteArray();
        // The first token may begin inside the prompt.
        assertThat(Arrays.copyOfRange(spelled, spelled.length - utf8.length, spelled.length))
                .isEqualTo(utf8);
    }
}
