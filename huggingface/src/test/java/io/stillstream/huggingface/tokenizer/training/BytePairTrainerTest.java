package io.stillstream.huggingface.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BytePairTrainerTest {

    private static final List<String> STORY = List.of(
            "Once upon a time there was a fox. The fox wasn't old; the fox had 12 friends and 112 hats.\n",
            "The friends of the fox were the hen, the hare and the hedgehog.\n\n  They weren't foxes 🦊, they said: « Où ? »");

    @TempDir
    private Path directory;

    @Test
    void merges_ofAnExampleDoneByHand_areTheMostFrequentPairs() {
        // a b: 5; then space ab: 4; then " ab" c: 2; nothing else occurs twice.
        assertThat(BytePairTrainer.train(List.of("ab ab ab abc abc"), 300).merges())
                .containsExactly("a b", "Ġ ab", "Ġab c");
    }

    @Test
    void merges_ofPairsEquallyFrequent_startWithTheFirstBytes() {
        assertThat(BytePairTrainer.train(List.of("xy ab xy ab"), 300).merges()).containsExactly("Ġ a", "Ġa b", "x y");
    }

    @Test
    void merges_ofRepeatedLetters_countEachPairOfNeighbours() {
        // aaaa holds a a three times and becomes aa aa.
        assertThat(BytePairTrainer.train(List.of("aaaa\naaaa"), 300).merges()).containsExactly("a a", "aa aa");
    }

    @Test
    void merges_neverCrossWordsOrTheEndOfATextSpelledOut() {
        assertThat(BytePairTrainer.train(List.of("a1a1<|endoftext|>b<|endoftext|>b"), 300)
                        .merges())
                .isEmpty();
    }

    @Test
    void size_isThatOfTheSpecialTokenTheBytesAndTheMerges() {
        BytePairVocabulary vocabulary = BytePairTrainer.train(STORY, 280);
        assertThat(vocabulary.size()).isEqualTo(280);
        assertThat(vocabulary.merges()).hasSize(280 - 257).doesNotHaveDuplicates();
        vocabulary.write(directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            assertThat(tokenizer.vocabularySize()).isEqualTo(280);
            assertThat(tokenizer.id(BytePairVocabulary.END_OF_TEXT)).hasValue(0);
        }
    }

    @Test
    void size_ofTextsTooFew_isLessThanAskedFor() {
        assertThat(BytePairTrainer.train(List.of(), 1000).size()).isEqualTo(257);
        assertThat(BytePairTrainer.train(List.of("ab ab"), 1000).size()).isEqualTo(258);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The fox had 12 hats.",
                " leading and  double   spaces \t\n\r\n ",
                "👩‍👩‍👧 🦊🦊 naïve Ünïcödé 狐 شمال नमस्ते",
                "\u0000\u0001 control",
                "it's we've I'LL don't"
            })
    void encoding_anyText_givesItsBytesBack(String text) {
        BytePairTrainer.train(STORY, 400).write(directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            int[] ids = tokenizer.encodePrompt(text);
            assertThat(ids[0]).isZero();
            assertThat(tokenizer.text(Arrays.copyOfRange(ids, 1, ids.length))).isEqualTo(text);
        }
    }

    @Test
    void encoding_aFrequentWord_takesOneToken() {
        BytePairTrainer.train(STORY, 400).write(directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            assertThat(tokenizer.encodePrompt("a the fox")).hasSize(1 + 3);
        }
    }

    @Test
    void sameTexts_giveTheSameBytes() {
        BytePairTrainer.train(STORY, 400).write(directory.resolve("a"));
        BytePairTrainer.train(STORY, 400).write(directory.resolve("b"));
        assertThat(directory.resolve("a/tokenizer.json")).hasSameBinaryContentAs(directory.resolve("b/tokenizer.json"));
    }

    @Test
    void sameTextsInAnotherOrder_giveTheSameMerges() {
        List<String> texts = randomTexts();
        List<String> merges = BytePairTrainer.train(texts, 600).merges();
        Collections.shuffle(texts, new Random(2));
        assertThat(BytePairTrainer.train(texts, 600).merges()).isEqualTo(merges);
    }

    @Test
    void merges_ofRandomTexts_areThoseOfCountingAllPairsAgainEachTime() {
        List<String> texts = randomTexts();
        assertThat(BytePairTrainer.train(texts, 420).merges()).isEqualTo(RecountingTrainer.merges(texts, 420 - 257));
    }

    @Test
    void sizeWithoutRoomForAllBytes_isRefused() {
        assertThatThrownBy(() -> BytePairTrainer.train(STORY, 256))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("256")
                .hasMessageContaining("257");
    }

    private static List<String> randomTexts() {
        Random random = new Random(1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int c = 0; c < 40; c++) {
                text.append("aaabbcd é ".charAt(random.nextInt(10)));
            }
            texts.add(text.toString());
        }
        return texts;
    }
}
