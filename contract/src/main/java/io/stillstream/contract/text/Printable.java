package io.stillstream.contract.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Text from anywhere as text that does nothing to a terminal. Each control character, each that changes the direction or order of
 * those after it, and each half of a pair becomes {@code \\u001b} and the like, as JSON writes it.
 */
public final class Printable {

    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private Printable() {}

    /** The text on one line: control characters, line breaks among them, are escaped. */
    public static String line(String text) {
        return escape(text, "");
    }

    /** The text with its line breaks and tabs; other control characters are escaped. */
    public static String text(String text) {
        return escape(text, "\n\t");
    }

    /** Empty where the bytes are not UTF-8, or hold a NUL, which no text has. */
    public static Optional<String> decode(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String escape(String text, String kept) {
        if (text.codePoints().allMatch(point -> isPrintable(point) || kept.indexOf(point) >= 0)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            if (isPrintable(point) || kept.indexOf(point) >= 0) {
                escaped.appendCodePoint(point);
            } else {
                for (char unit : Character.toChars(point)) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            }
        });
        return escaped.toString();
    }

    /** Not what moves a cursor, reverses the order of the characters after it, or is half a character; what joins two of them is. */
    static boolean isPrintable(int point) {
        if (point == ZERO_WIDTH_NON_JOINER || point == ZERO_WIDTH_JOINER) {
            return true;
        }
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
