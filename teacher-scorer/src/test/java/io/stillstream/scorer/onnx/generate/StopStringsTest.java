package io.stillstream.scorer.onnx.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StopStringsTest {

    private static final int A = 0;
    private static final int B = 1;
    /** The bytes of é, of which neither is a character. */
    private static final int FIRST_OF_E_ACUTE = 2;

    private static final int SECOND_OF_E_ACUTE = 3;
    private static final int AB = 4;
    private static final int BAB = 5;
    private static final int TOKENS = 6;
    private static final int LIMIT = 40;

    @TempDir
    private Path directory;

    private TextTokenizer tokenizer;

    @BeforeEach
    void open() throws IOException {
        // In the alphabet of byte-level tokenizers Ã is the byte C3 and © the byte A9.
        Files.writeString(directory.resolve(TextTokenizer.FILE_NAME), """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
                 "post_processor": null,
                 "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false},
                 "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "Ã": 2, "©": 3, "ab": 4, "bab": 5},
                           "merges": ["a b", "b ab"]}}""");
        tokenizer = TextTokenizer.load(directory);
    }

    @AfterEach
    void close() {
        tokenizer.close();
    }

    @Test
    void foundAfter_stringOverSeveralTokens_isFoundWithItsLastOne() {
        GeneratedSequence sequence = sequence();
        StopStrings strings = new StopStrings(List.of("bba"), tokenizer);
        assertThat(append(strings, sequence, AB)).isEmpty();
        assertThat(append(strings, sequence, B)).isEmpty();
        assertThat(append(strings, sequence, AB)).hasValue(1);
    }

    @Test
    void foundAfter_characterSplitOverTokens_isFoundWithItsLastByte() {
        GeneratedSequence sequence = sequence();
        StopStrings strings = new StopStrings(List.of("bé"), tokenizer);
        assertThat(append(strings, sequence, AB)).isEmpty();
        assertThat(append(strings, sequence, FIRST_OF_E_ACUTE)).isEmpty();
        assertThat(append(strings, sequence, SECOND_OF_E_ACUTE)).hasValue(1);
    }

    @Test
    void foundAfter_severalStringsInOneToken_isTheOneThatBeginsFirst() {
        GeneratedSequence sequence = sequence();
        StopStrings strings = new StopStrings(List.of("b", "ba", "ab"), tokenizer);
        assertThat(append(strings, sequence, A)).isEmpty();
        assertThat(append(strings, sequence, BAB)).hasValue(0);
    }

    @Test
    void foundAfter_idBeyondTheTokenizersVocabulary_isNoText() {
        GeneratedSequence sequence = sequence();
        StopStrings strings = new StopStrings(List.of("ab"), tokenizer);
        assertThat(append(strings, sequence, A)).isEmpty();
        assertThat(append(strings, sequence, TOKENS)).isEmpty();
        assertThat(append(strings, sequence, B)).hasValue(0);
    }

    /** What a search of the whole response after each token finds. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void foundAfter_anyTokens_isWhatASearchOfTheWholeResponseFinds(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> texts = List.of("ababbé", "ééa", "bbbab", "éabé");
        StopStrings strings = new StopStrings(texts, tokenizer);
        GeneratedSequence sequence = sequence();
        OptionalInt found = OptionalInt.empty();
        for (int i = 0; i < LIMIT && found.isEmpty(); i++) {
            found = append(strings, sequence, random.nextInt(TOKENS));
            assertThat(found).isEqualTo(searched(texts, sequence.response()));
        }
    }

    private OptionalInt searched(List<String> strings, int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokenizer.bytes(id));
        }
        // One character a byte, so that places in the text are places in the bytes.
        String text = bytes.toString(StandardCharsets.ISO_8859_1);
        return strings.stream()
                .map(string -> new String(string.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1))
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min();
    }

    private static OptionalInt append(StopStrings strings, GeneratedSequence sequence, int id) {
        sequence.append(id);
        return strings.foundAfter(sequence, id);
    }

    private static GeneratedSequence sequence() {
        return new GeneratedSequence(new int[] {A}, LIMIT, "1", 0);
    }
}
