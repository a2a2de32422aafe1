package io.stillstream.student;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.Arguments;

/**
 * A T5 of a few thousand random weights with a tokenizer of its kind: a unigram model that leaves out white space between words and
 * before and after a text. {@code src/test/python/unigram.py} wrote it.
 *
 * <p>Ids: 0 {@code <pad>}, with which the decoder begins, 1 {@code </s>}, 2 {@code <unk>}, 3 the space, 4 {@code " the"}, then other
 * pieces, marks and letters.
 */
public final class TinyT5 {

    public static final int START = 0;
    public static final int END = 1;

    private TinyT5() {}

    /** Makes the student's directory. */
    public static Path at(Path directory) {
        FamilyGolden.model("t5", directory);
        return tokenizer(directory);
    }

    /** Adds the tokenizer to a directory. */
    public static Path tokenizer(Path directory) {
        try {
            Files.createDirectories(directory);
            for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
                Files.copy(Golden.resource("tiny-t5/" + file), directory.resolve(file));
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Texts, their ids in transformers with the tokens around a text and without them, and what transformers decodes of these. */
    public static List<Arguments> texts() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Arguments> texts = new ArrayList<>();
        for (JsonNode text : json.readTree(Golden.resource("tiny-t5/texts.json").toFile())) {
            Map<?, ?> fields = json.convertValue(text, Map.class);
            texts.add(Arguments.of(
                    fields.get("text"),
                    json.convertValue(text.path("whole"), int[].class),
                    json.convertValue(text.path("ids"), int[].class),
                    fields.get("decoded")));
        }
        return texts;
    }
}
