package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokens at which a text begins and ends: as the tokenizer's directory states them, or else the usual names.
 *
 * @param beginning null when texts begin without one
 */
public record SpecialTokens(@Nullable Integer beginning, List<Integer> ends) {

    private static final List<String> BEGINNINGS = List.of("<s>", "<bos>", "<|begin_of_text|>");
    private static final List<String> ENDS =
            List.of("</s>", "<eos>", "<|end_of_text|>", "<|eot_id|>", "<|im_end|>", "<|endoftext|>");
    private static final List<String> UNKNOWN = List.of("<unk>", "[UNK]");
    private static final List<String> PADDING = List.of("<pad>", "<|pad|>", "[PAD]", "<|finetune_right_pad_id|>");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws HuggingFaceException when no end is known: a student without one never learns to stop */
    public static SpecialTokens of(Path directory, TextTokenizer tokenizer) {
        OptionalInt beginning = find("bos", BEGINNINGS, directory, tokenizer);
        OptionalInt end = find("eos", ENDS, directory, tokenizer);
        if (end.isEmpty()) {
            throw new HuggingFaceException("the tokenizer in " + directory
                    + " has no end-of-text token; expected eos_token" + " in tokenizer_config.json or one of " + ENDS);
        }
        return new SpecialTokens(
                beginning.isPresent() ? (Integer) beginning.getAsInt() : null, List.of(end.getAsInt()));
    }

    /** The token for text that the vocabulary cannot spell. */
    public static OptionalInt unknown(Path directory, TextTokenizer tokenizer) {
        return find("unk", UNKNOWN, directory, tokenizer);
    }

    /** The token that fills a batch's shorter rows. */
    public static OptionalInt padding(Path directory, TextTokenizer tokenizer) {
        return find("pad", PADDING, directory, tokenizer);
    }

    private static OptionalInt find(String kind, List<String> usual, Path directory, TextTokenizer tokenizer) {
        for (String file : List.of("tokenizer_config.json", "special_tokens_map.json")) {
            JsonNode token = json(directory.resolve(file)).path(kind + "_token");
            String text = token.path("content").asText(token.asText(""));
            OptionalInt id = text.isEmpty() ? OptionalInt.empty() : tokenizer.id(text);
            if (id.isPresent()) {
                return id;
            }
        }
        for (String file : List.of("generation_config.json", "config.json")) {
            JsonNode id = json(directory.resolve(file)).path(kind + "_token_id");
            JsonNode first = id.isArray() ? id.path(0) : id;
            if (first.isInt()) {
                return OptionalInt.of(first.intValue());
            }
        }
        return usual.stream()
                .map(tokenizer::id)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    private static JsonNode json(Path file) {
        try {
            return Files.isRegularFile(file) ? JSON.readTree(file.toFile()) : MissingNode.getInstance();
        } catch (IOException e) {
            throw new HuggingFaceException(file + " is not JSON: " + e.getMessage(), e);
        }
    }
}
