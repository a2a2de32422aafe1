package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokens at which a text begins and ends: as the tokenizer's directory states them, or else the usual names.
 *
 * @param beginning null when texts begin without one
 * @param start the token before a response whose prompt an encoder reads: as T5 has it, the one that fills shorter rows, and where
 *     there is none, one that begins or ends a text
 */
public record SpecialTokens(@Nullable Integer beginning, List<Integer> ends, int start) {

    private static final List<String> BEGINNINGS = List.of("<s>", "<bos>", "<|begin_of_text|>");
    private static final List<String> ENDS =
            List.of("</s>", "<eos>", "<|end_of_text|>", "<|eot_id|>", "<|im_end|>", "<|endoftext|>");
    private static final List<String> UNKNOWN = List.of("<unk>", "[UNK]");
    private static final List<String> PADDING = List.of("<pad>", "<|pad|>", "[PAD]", "<|finetune_right_pad_id|>");

    /** @throws HuggingFaceException when no end is known: a student without one never learns to stop */
    public static SpecialTokens of(Path directory, TextTokenizer tokenizer) {
        OptionalInt beginning = find("bos", BEGINNINGS, directory, tokenizer);
        OptionalInt end = find("eos", ENDS, directory, tokenizer);
        if (end.isEmpty()) {
            throw new HuggingFaceException("the tokenizer in " + directory
                    + " has no end-of-text token; expected eos_token" + " in tokenizer_config.json or one of " + ENDS);
        }
        return new SpecialTokens(
                beginning.isPresent() ? (Integer) beginning.getAsInt() : null,
                List.of(end.getAsInt()),
                padding(directory, tokenizer).orElse(beginning.orElse(end.getAsInt())));
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
            JsonNode token = ModelJson.readIfPresent(directory.resolve(file)).path(kind + "_token");
            String text = token.path("content").asText(token.asText(""));
            OptionalInt id = text.isEmpty() ? OptionalInt.empty() : tokenizer.id(text);
            if (id.isPresent()) {
                return id;
            }
        }
        for (String file : List.of("generation_config.json", "config.json")) {
            List<Integer> ids = ids(directory.resolve(file), kind + "_token_id");
            if (!ids.isEmpty()) {
                return OptionalInt.of(ids.get(0));
            }
        }
        return usual.stream()
                .map(tokenizer::id)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    private static List<Integer> ids(Path file, String field) {
        try {
            return ModelJson.ids(ModelJson.readIfPresent(file), field);
        } catch (HuggingFaceException e) {
            throw new HuggingFaceException(file + ": " + e.getMessage(), e);
        }
    }
}
