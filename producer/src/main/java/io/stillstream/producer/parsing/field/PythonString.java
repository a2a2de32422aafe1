package io.stillstream.producer.parsing.field;

import java.util.Optional;

/**
 * A text as Python's {@code repr} writes it: in quotation marks, with escapes.
 *
 * @param end where what follows the second quotation mark begins
 */
public record PythonString(String text, int end) {

    /** The one that begins at a place; empty where it does not end, or has an escape that Python does not know. */
    public static Optional<PythonString> at(String source, int start) {
        char quote = source.charAt(start);
        var text = new StringBuilder();
        int i = start + 1;
        while (i < source.length()) {
            char c = source.charAt(i);
            if (c == quote) {
                return Optional.of(new PythonString(text.toString(), i + 1));
            }
            if (c != '\\') {
                text.append(c);
                i++;
                continue;
            }
            char escape = i + 1 < source.length() ? source.charAt(i + 1) : ' ';
            int digits = digits(escape);
            if (digits > 0) {
                Optional<Integer> character = hex(source, i + 2, digits);
                if (character.isEmpty()) {
                    return Optional.empty();
                }
                text.appendCodePoint(character.get());
            } else if (simple(escape) == 0) {
                return Optional.empty();
            } else {
                text.append(simple(escape));
            }
            i += 2 + digits;
        }
        return Optional.empty();
    }

    private static int digits(char escape) {
        return switch (escape) {
            case 'x' -> 2;
            case 'u' -> 4;
            case 'U' -> 8;
            default -> 0;
        };
    }

    private static char simple(char escape) {
        return switch (escape) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '\\', '\'', '"' -> escape;
            default -> 0;
        };
    }

    private static Optional<Integer> hex(String source, int from, int digits) {
        if (from + digits > source.length()) {
            return Optional.empty();
        }
        try {
            int character = Integer.parseUnsignedInt(source, from, from + digits, 16);
            return Character.isValidCodePoint(character) ? Optional.of(character) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
