package io.stillstream.scorer.onnx.generate;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;

/**
 * The texts that a response ends before. They are looked for in its bytes, because they need not begin or end where a token
 * does.
 */
final class StopStrings {

    private final List<byte[]> strings;
    private final TextTokenizer tokenizer;

    StopStrings(List<String> strings, TextTokenizer tokenizer) {
        this.strings = strings.stream()
                .map(string -> string.getBytes(StandardCharsets.UTF_8))
                .toList();
        this.tokenizer = tokenizer;
    }

    /**
     * Looks for the strings that end within a token that was just appended. To be called after every token, so that only
     * these have to be looked for.
     *
     * @return the byte of the response at which the first of them begins
     */
    OptionalInt foundAfter(GeneratedSequence sequence, int id) {
        if (strings.isEmpty() || id >= tokenizer.vocabularySize()) {
            return OptionalInt.empty();
        }
        ResponseBytes text = sequence.bytes();
        int before = text.size();
        text.append(tokenizer.bytes(id));
        return strings.stream()
                .flatMapToInt(string -> text.indexOf(string, Math.max(0, before - string.length + 1)).stream())
                .min();
    }
}
