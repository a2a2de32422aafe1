package io.stillstream.huggingface.tokenizer;

import java.nio.charset.StandardCharsets;

/** Counting bytes and whole characters. */
final class Utf8 {

    private Utf8() {}

    /** How many bytes a text takes. */
    static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** How many bytes the first {@code characters} Unicode characters of a text take. */
    static int bytesBefore(String text, int characters) {
        int units = text.offsetByCodePoints(0, Math.min(characters, text.codePointCount(0, text.length())));
        return text.substring(0, units).getBytes(StandardCharsets.UTF_8).length;
    }

    /** The length without an incomplete character at the end. */
    static int completeLength(byte[] utf8) {
        int start = utf8.length - 1;
        while (start > 0 && utf8.length - start < 4 && (utf8[start] & 0xc0) == 0x80) {
            start--;
        }
        if (start < 0) {
            return 0;
        }
        int lead = utf8[start] & 0xff;
        int size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        return lead >= 0xc0 && start + size > utf8.length ? start : utf8.length;
    }
}
