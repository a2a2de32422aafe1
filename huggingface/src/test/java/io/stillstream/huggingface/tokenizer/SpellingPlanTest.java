package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpellingPlanTest {

    private static final Path SHARED = Path.of(System.getProperty("stillstream.shared", "../../shared"));

    @ParameterizedTest
    @CsvSource({
        "models/stories15M/hf, tokenizers/gpt2_first8192",
        "models/stories15M/hf, tokenizers/qwen2_5",
        "tokenizers/qwen2_5, tokenizers/gpt2",
        "tokenizers/gpt2, models/stories15M/hf",
        "tokenizers/gpt2_first8192, models/stories260K/hf"
    })
    void path_everyTokenThatIsMapped_spellsItsBytes(String from, String onto) {
        try (TextTokenizer teacher = load(from);
                TextTokenizer student = load(onto)) {
            SpellingPlan plan = SpellingPlan.of(teacher, student, List.of(), OptionalInt.empty());
            for (int id = 0; id < teacher.vocabularySize(); id++) {
                int[] path = plan.path(id);
                if (path.length > 0) {
                    assertThat(spelled(student, path)).as("token %d", id).isEqualTo(teacher.bytes(id));
                    assertThat(plan.first(id)).isEqualTo(path[0]);
                } else {
                    assertThat(plan.first(id)).isEqualTo(-1);
                }
            }
            // A vocabulary with all single bytes spells everything but special tokens.
            assertThat(plan.mapped()).isGreaterThan(teacher.vocabularySize() * 99 / 100);
        }
    }

    @Test
    void first_tokenWithALeadingSpace_keepsItInEitherSpelling() {
        try (TextTokenizer llama = load("models/stories15M/hf");
                TextTokenizer gpt2 = load("tokenizers/gpt2")) {
            SpellingPlan plan = SpellingPlan.of(llama, gpt2, List.of(), OptionalInt.empty());
            SpellingPlan back = SpellingPlan.of(gpt2, llama, List.of(), OptionalInt.empty());
            int cat = only(llama, " cat");
            assertThat(text(gpt2, plan.path(cat))).isEqualTo(" cat");
            assertThat(text(llama, back.path(plan.first(cat)))).isEqualTo(" cat");
            // Within a word there is no space that a tokenizer puts before a text.
            int ing = only(gpt2, "ing");
            assertThat(text(llama, back.path(ing))).isEqualTo("ing");
        }
    }

    @Test
    void path_partOfACharacter_isSpelledByItsBytes() {
        try (TextTokenizer gpt2 = load("tokenizers/gpt2");
                TextTokenizer llama = load("models/stories15M/hf")) {
            SpellingPlan plan = SpellingPlan.of(gpt2, llama, List.of(), OptionalInt.empty());
            byte[] fox = "🦊".getBytes(StandardCharsets.UTF_8);
            int[] ids = gpt2.encodePrompt("🦊");
            var bytes = new ByteArrayOutputStream();
            for (int id : ids) {
                bytes.writeBytes(spelled(llama, plan.path(id)));
            }
            assertThat(bytes.toByteArray()).isEqualTo(fox);
        }
    }

    @Test
    void of_endsOfText_areMappedToTheStudents() {
        try (TextTokenizer llama = load("models/stories15M/hf");
                TextTokenizer gpt2 = load("tokenizers/gpt2")) {
            int end = gpt2.id("<|endoftext|>").orElseThrow();
            SpellingPlan plan = SpellingPlan.of(llama, gpt2, List.of(2), OptionalInt.of(end));
            assertThat(plan.path(2)).containsExactly(end);
            assertThat(plan.first(1)).as("the beginning of a text").isEqualTo(-1);
            assertThat(SpellingPlan.of(llama, gpt2, List.of(2), OptionalInt.empty())
                            .first(2))
                    .isEqualTo(-1);
        }
    }

    @Test
    void of_oneVocabulary_isTheIdentity() {
        try (TextTokenizer one = load("tokenizers/gpt2");
                TextTokenizer same = load("tokenizers/gpt2")) {
            SpellingPlan plan = SpellingPlan.of(one, same, List.of(), OptionalInt.empty());
            assertThat(plan.whole()).isEqualTo(one.vocabularySize());
            assertThat(plan.first(50_256)).isEqualTo(50_256);
            assertThat(plan.first(50_300)).as("beyond the tokenizer").isEqualTo(-1);
        }
    }

    private static int only(TextTokenizer tokenizer, String text) {
        for (int id = 0; id < tokenizer.vocabularySize(); id++) {
            if (Arrays.equals(tokenizer.bytes(id), text.getBytes(StandardCharsets.UTF_8))) {
                return id;
            }
        }
        throw new AssertionError("no token '" + text + "'");
    }

    private static String text(TextTokenizer tokenizer, int[] ids) {
        return new String(spelled(tokenizer, ids), StandardCharsets.UTF_8);
    }

    private static byte[] spelled(TextTokenizer tokenizer, int[] ids) {
        var bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        return bytes.toByteArray();
    }

    private static TextTokenizer load(String name) {
        Path directory = SHARED.resolve(name);
        assumeTrue(Files.isDirectory(directory), "needs " + directory);
        return TextTokenizer.load(directory);
    }
}
