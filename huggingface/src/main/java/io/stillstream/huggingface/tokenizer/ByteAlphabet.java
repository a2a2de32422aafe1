package io.stillstream.huggingface.tokenizer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * GPT-2's spelling of bytes, which byte-level vocabularies are written in: printable bytes are themselves, the others
 * follow from U+0100 in order.
 */
public final class ByteAlphabet {

    private static final char[] LETTERS = letters();
    private static final Map<Character, Byte> BYTES = bytes();

    private ByteAlphabet() {}

    public static String spell(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            text.append(LETTERS[value & 0xff]);
        }
        return text.toString();
    }

    /** The bytes that a text spells; none when it has a character that is not in the alphabet. */
    static Optional<byte[]> read(String text) {
        byte[] bytes = new byte[text.length()];
        for (int i = 0; i < bytes.length; i++) {
            Byte value = BYTES.get(text.charAt(i));
            if (value == null) {
                return Optional.empty();
            }
            bytes[i] = value;
        }
        return Optional.of(bytes);
    }

    private static char[] letters() {
        char[] letters = new char[256];
        char next = 0x100;
        for (int value = 0; value < letters.length; value++) {
            boolean printable = (value >= '!' && value <= '~') || (value >= 0xa1 && value <= 0xac) || value >= 0xae;
            letters[value] = printable ? (char) value : next++;
        }
        return letters;
    }

    private static Map<Character, Byte> bytes() {
        Map<Character, Byte> bytes = new HashMap<>();
        for (int value = 0; value < LETTERS.length; value++) {
            bytes.put(LETTERS[value], (byte) value);
        }
        return bytes;
    }
}
