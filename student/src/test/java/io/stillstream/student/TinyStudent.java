package io.stillstream.student;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A student of a few hundred weights whose tokens are letters.
 *
 * <p>Ids: 0 {@code <unk>}, 1 {@code <s>}, 2 {@code </s>}, 3 the space, 4 to 29 the letters, 30 {@code th}.
 */
public final class TinyStudent {

    public static final int CONTEXT_WINDOW = 64;

    private TinyStudent() {}

    /** Makes the student's directory. */
    public static Path at(Path directory) {
        try {
            Files.createDirectories(directory);
            Path model = Golden.tinyLlama();
            try (Stream<Path> files = Files.list(model)) {
                for (Path file : files.toList()) {
                    Files.copy(file, directory.resolve(file.getFileName()));
                }
            }
            Files.write(directory.resolve("tokenizer.json"), tokenizer());
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] tokenizer() throws IOException {
        var json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("version", "1.0");
        var added = root.putArray("added_tokens");
        List<String> special = List.of("<unk>", "<s>", "</s>");
        ObjectNode vocabulary = json.createObjectNode();
        for (String token : special) {
            int id = vocabulary.size();
            vocabulary.put(token, id);
            added.addObject()
                    .put("id", id)
                    .put("content", token)
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true);
        }
        vocabulary.put("\u2581", vocabulary.size());
        for (char letter = 'a'; letter <= 'z'; letter++) {
            vocabulary.put(String.valueOf(letter), vocabulary.size());
        }
        vocabulary.put("th", vocabulary.size());
        root.set(
                "normalizer",
                json.readTree("{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\u2581\"}"));
        root.set(
                "post_processor",
                json.readTree(
                        "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\",\"type_id\":0}},"
                                + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":[{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                                + "{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],"
                                + "\"special_tokens\":{\"<s>\":{\"id\":\"<s>\",\"ids\":[1],\"tokens\":[\"<s>\"]}}}"));
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE");
        model.put("unk_token", "<unk>");
        model.set("vocab", vocabulary);
        model.putArray("merges").add("t h");
        return json.writeValueAsBytes(root);
    }
}
