package io.stillstream.scorer.onnx.generate;

import java.util.Arrays;
import java.util.OptionalInt;

/** The UTF-8 bytes of a response that grows token by token. A character may be split over tokens. */
final class ResponseBytes {

    private static final int INITIAL_CAPACITY = 256;

    private byte[] bytes = new byte[INITIAL_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    void append(byte[] token) {
        if (size + token.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + token.length));
        }
        System.arraycopy(token, 0, bytes, size, token.length);
        size += token.length;
    }

    /**
     * The first byte at which a string begins.
     *
     * @param from where to begin looking
     */
    OptionalInt indexOf(byte[] string, int from) {
        for (int start = from; start + string.length <= size; start++) {
            if (Arrays.equals(bytes, start, start + string.length, string, 0, string.length)) {
                return OptionalInt.of(start);
            }
        }
        return OptionalInt.empty();
    }
}
