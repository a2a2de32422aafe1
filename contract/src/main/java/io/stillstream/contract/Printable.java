package io.stillstream.contract;

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
        if (text.codePoints().noneMatch(point -> isControl(point) && kept.indexOf(point) < 0)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(point -> {
            if (isControl(point) && kept.indexOf(point) < 0) {
                for (char unit : Character.toChars(point)) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) unit));
                }
            } else {
                escaped.appendCodePoint(point);
            }
        });
        return escaped.toString();
    }

    /** Also what reverses the order of the characters after it; not what joins two of them. */
    private static boolean isControl(int point) {
        if (point == ZERO_WIDTH_NON_JOINER || point == ZERO_WIDTH_JOINER) {
            return false;
        }
        int type = Character.getType(point);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }
}
