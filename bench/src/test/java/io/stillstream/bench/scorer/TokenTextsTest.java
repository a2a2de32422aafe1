package io.stillstream.bench.scorer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.contract.prompt.PlainText;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import io.stillstream.huggingface.tokenizer.TokenizedResponse;
import io.stillstream.pipeline.demo.BundledModels;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenTextsTest {

    @TempDir
    private static Path directory;

    private static TextTokenizer tokenizer;

    @BeforeAll
    static void load() {
        tokenizer = TextTokenizer.load(BundledModels.unpack(directory).teacher());
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1x4", "3x32", "2x255"})
    void of_shape_hasExactlyItsTokens(String notation) {
        BatchShape shape = BatchShape.parse(notation);
        List<Prompt> prompts = new TokenTexts(tokenizer, 1).of(shape, 2);
        assertThat(prompts).hasSize(2 * shape.rows()).doesNotHaveDuplicates();
        assertThat(prompts).allSatisfy(prompt -> {
            TokenizedResponse tokens = tokenizer.encode(
                    ((PlainText) prompt.input()).text(),
                    Objects.requireNonNull(prompt.response()).message().said());
            assertThat(tokens.promptIds()).hasSize(shape.tokens() / 2);
            assertThat(tokens.length()).isEqualTo(shape.tokens());
        });
    }

    @Test
    void unanswered_tokens_hasExactlyThem() {
        Prompt prompt = new TokenTexts(tokenizer, 1).unanswered(11);
        assertThat(prompt.response()).isNull();
        assertThat(tokenizer.encodePrompt(((PlainText) prompt.input()).text())).hasSize(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "8x", "x8", "0x32", "8x2", "8 x 32", "-1x32"})
    void parse_noShape_isRefused(String notation) {
        assertThatThrownBy(() -> BatchShape.parse(notation))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(notation);
    }

    @Test
    void draw_anyNumber_fitsTheWindow() {
        Random random = new Random(3);
        for (int i = 0; i < 1000; i++) {
            int[] lengths = LengthMix.PASSAGES.draw(random, 64);
            assertThat(lengths[0]).isBetween(4, 48);
            assertThat(lengths[1]).isBetween(4, 64 - lengths[0]);
        }
    }
}
