package io.stillstream.huggingface.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.huggingface.tokenizer.training.BytePairTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TextStreamTest {

    /** Byte for byte: a vocabulary of 280 has hardly any merges, and none of these characters. */
    private static final int VOCABULARY = 280;

    @TempDir
    private Path directory;

    @Test
    void accept_charactersOverSeveralTokens_arePassedOnWhole() {
        String text = "né 你🙂!";
        List<String> pieces = new ArrayList<>();
        BytePairTrainer.train(List.of("the cat"), VOCABULARY).write(directory);
        try (TextTokenizer tokenizer = TextTokenizer.load(directory)) {
            TextStream stream = new TextStream(tokenizer, pieces::add);
            int[] ids = tokenizer.encodeRendered(text);
            assertThat(ids.length).isGreaterThan(text.length());
            for (int id : ids) {
                stream.accept(id);
            }
            assertThat(pieces).containsExactly("n", "é", " ", "你", "🙂", "!");
            stream.accept(tokenizer.vocabularySize());
            stream.accept(ids[1]);
            assertThat(pieces)
                    .as("no token of the tokenizer's, and half a character")
                    .hasSize(6);
        }
    }
}
