package io.stillstream.student.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.tokenizer.TextStream;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.student.TinyT5;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PromptTokenizerTest {

    private static TextTokenizer tokenizer;
    private static PromptTokenizer encoding;

    @BeforeAll
    static void load(@TempDir Path directory) {
        TinyT5.at(directory.resolve("t5"));
        tokenizer = TextTokenizer.load(directory.resolve("t5"));
        encoding = new PromptTokenizer(tokenizer, DecoderConfig.read(directory.resolve("t5")));
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.TinyT5#texts")
    void tokenize_withEncoder_isWhatTransformersGivesItAndTheStart(String text, int[] whole, int[] ids) {
        int[] expected = IntStream.concat(IntStream.of(whole), IntStream.of(TinyT5.START))
                .toArray();
        assertThat(encoding.tokenize(new WordedPrompt(text, false))).isEqualTo(expected);
        // What a chat template wrote too: the encoder never saw a text without its end.
        assertThat(encoding.tokenize(new WordedPrompt(text, true))).isEqualTo(expected);
        TokenizedResponse both = encoding.tokenize(new WordedPrompt(text, false), text);
        assertThat(both.promptIds()).isEqualTo(expected);
        assertThat(both.responseIds()).isEqualTo(ids);
    }

    @Test
    void tokenize_textThatHasItsEnd_getsItOnce() {
        assertThat(encoding.tokenize(new WordedPrompt("in</s>", true))).containsExactly(3, 9, TinyT5.END, TinyT5.START);
    }

    @ParameterizedTest
    @MethodSource("io.stillstream.student.TinyT5#texts")
    void decode_wholeText_isWhatTransformersDecodes(String text, int[] whole, int[] ids, String decoded) {
        StringBuilder written = new StringBuilder();
        TextStream stream = TextStream.ofWholeText(tokenizer, written::append);
        IntStream.of(ids).forEach(stream);
        assertThat(written).hasToString(decoded);
    }

    /** Tokens end at bytes, also where the tokenizer leaves spaces out, puts one in, or has no token for a character. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    the "one" .                    | 3 4 5 7 8 9 10 11
                    'two  spaces\\n\\nand\\tlines' | 0 1 2 3 6 7 8 9 10 11 13 16 17 18 20 21 22
                    snow ☃man ☃☃ on                | 1 2 3 4 5 8 9 11 12 18 19 21
                    ' a start'                     | 2 4 5 6 7 8
                    'ﬁne é'                        | 0 3 4 5 6 8
                    """)
    void tokenize_response_knowsWhereItsTokensEnd(String text, String ends) {
        String response = text.replace("\\n", "\n").replace("\\t", "\t");
        TokenizedResponse tokens = encoding.tokenize(new WordedPrompt("a", false), response);
        assertThat(tokens.responseEnds())
                .isEqualTo(Arrays.stream(ends.split(" "))
                        .mapToInt(Integer::parseInt)
                        .toArray());
    }
}
