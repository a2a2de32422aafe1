package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rendered chats beside the ids that the tokenizers library gave in Python with {@code add_special_tokens=False}, as
 * transformers tokenises what a chat template rendered, and the responses' spans on drawn texts.
 *
 * <p>{@code bytelevel} and {@code spaced} are small tokenizers trained for this test: GPT-2's and Llama-2's kind.
 */
final class RenderedPromptTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));
    private static final int DRAWS = 300;

    private static final String[] PIECES = {
        "a",
        "Hello",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\t",
        " the",
        "é",
        "e\u0301",
        "你好",
        "日本",
        "🙂",
        "👩‍🚀",
        "🇩🇪",
        "\u0928\u092e\u0938\u094d",
        "1",
        "100",
        ".",
        "…",
        "ﬁ",
        "\u200b",
        "<",
        "</s",
        "x\u0335",
        "\r\n",
        "\u00a0",
        "ا",
        "<s>",
        "</s>",
        "<|turn|>",
        "<|im_end|>",
        "<|im_start|>assistant\n",
        "<|endoftext|>"
    };

    @ParameterizedTest
    @CsvSource({
        "bytelevel,",
        "spaced,",
        "gpt2, tokenizers/gpt2",
        "qwen2_5, tokenizers/qwen2_5",
        "mistral, tokenizers/mistral",
        "stories15M, models/stories15M/hf",
        "stories260K, models/stories260K/hf"
    })
    void encodeRendered_promptsAndDrawnResponses_idsAreTheLibrarysAndSpansCoverTheResponse(String name, String place)
            throws IOException, URISyntaxException {
        try (TextTokenizer tokenizer = TextTokenizer.load(directory(name, place))) {
            for (JsonNode golden : new ObjectMapper()
                    .readTree(RenderedPromptTest.class.getResourceAsStream("rendered-prompts.json"))
                    .path(name)) {
                int[] ids = new int[golden.path("ids").size()];
                Arrays.setAll(ids, i -> golden.path("ids").path(i).intValue());
                assertThat(tokenizer.encodeRendered(golden.path("prompt").textValue()))
                        .isEqualTo(ids);
            }
            Random random = new Random(7);
            for (int draw = 0; draw < DRAWS; draw++) {
                String prompt = drawn(random, random.nextInt(6)) + (random.nextBoolean() ? "</s>" : "\n");
                String response = drawn(random, 1 + random.nextInt(8));
                checkSpan(tokenizer.encodeRendered(prompt, response), prompt, response);
                checkSpan(tokenizer.encode(prompt, response), prompt, response);
                if (!tokenizer.spacesStarts()) {
                    assertThat(tokenizer.encodeRendered(prompt, response).promptIds())
                            .as("prompt '%s' response '%s'", prompt, response)
                            .isEqualTo(tokenizer.encodeRendered(prompt));
                }
            }
        }
    }

    private static void checkSpan(TokenizedResponse cut, String prompt, String response) {
        int[] ends = cut.responseEnds();
        int length = response.getBytes(StandardCharsets.UTF_8).length;
        assertThat(ends)
                .as("prompt '%s' response '%s'", prompt, response)
                .isNotEmpty()
                .isSorted();
        assertThat(ends[0]).isNotNegative();
        assertThat(ends[ends.length - 1]).isEqualTo(length);
        assertThat(ends).hasSameSizeAs(cut.responseIds());
    }

    @ParameterizedTest
    @CsvSource({"bytelevel,", "gpt2, tokenizers/gpt2", "spaced,", "stories15M, models/stories15M/hf"})
    void encodeRendered_specialTokensInThePrompt_tokensOfTheResponseSpellItByteByByte(String name, String place)
            throws IOException, URISyntaxException {
        try (TextTokenizer tokenizer = TextTokenizer.load(directory(name, place))) {
            String response = " naïve 🙂👩‍🚀 你好\n\n  end ";
            byte[] utf8 = response.getBytes(StandardCharsets.UTF_8);
            TokenizedResponse cut = tokenizer.encodeRendered("<s>user: hi</s>a:", response);
            ByteArrayOutputStream spelled = new ByteArrayOutputStream();
            for (int i = 0; i < cut.responseIds().length; i++) {
                spelled.writeBytes(tokenizer.bytes(cut.responseIds()[i]));
                assertThat(cut.responseEnds()[i]).isEqualTo(spelled.size());
            }
            assertThat(spelled.toByteArray()).isEqualTo(utf8);
        }
    }

    private static String drawn(Random random, int pieces) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private static Path directory(String name, String place) throws URISyntaxException {
        if (place == null) {
            return Path.of(Objects.requireNonNull(RenderedPromptTest.class.getResource(name))
                    .toURI());
        }
        Path directory = SHARED.resolve(place);
        assumeTrue(Files.isDirectory(directory), () -> "needs " + directory);
        return directory;
    }
}
