package io.stillstream.scorer.onnx.generate;

import io.stillstream.huggingface.tokenizer.TextTokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** The texts that a response ends before. They are found in its bytes, for they need not begin or end with a token. */
final class StopStrings {

    private final List<byte[]> strings;
    private final TextTokenizer tokenizer;

    StopStrings(List<String> strings, TextTokenizer tokenizer) {
        this.strings = strings.stream()
                .map(string -> string.getBytes(StandardCharsets.UTF_8))
                .toList();
        this.tokenizer = tokenizer;
    }

    /** The byte of the response at which the first of them begins. */
    OptionalInt foundIn(GeneratedSequence continuation) {
        if (strings.isEmpty()) {
            return OptionalInt.empty();
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (int id : continuation.response()) {
            if (id < tokenizer.vocabularySize()) {
                text.writeBytes(tokenizer.bytes(id));
            }
        }
        byte[] bytes = text.toByteArray();
        return strings.stream()
                .flatMapToInt(string -> indexOf(bytes, string).stream())
                .min();
    }

    private static OptionalInt indexOf(byte[] bytes, byte[] string) {
        for (int start = 0; start + string.length <= bytes.length; start++) {
            if (Arrays.equals(bytes, start, start + string.length, string, 0, string.length)) {
                return OptionalInt.of(start);
            }
        }
        return OptionalInt.empty();
    }
}
