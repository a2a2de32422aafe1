package io.stillstream.producer.redaction;

import java.util.Arrays;

/**
 * A text with its escapes undone, as JSON and most languages write them ({@code \n}, {@code \"}, four hexadecimal digits), and where each of
 * its characters stands in the original. What is no escape is left as it is.
 */
final class EscapedText {

    private static final String ESCAPES = "ntrbf\"\\/'";
    private static final String MEANINGS = "\n\t\r\b\f\"\\/'";
    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private final String text;
    private final int[] places;

    private EscapedText(String text, int[] places) {
        this.text = text;
        this.places = places;
    }

    static EscapedText of(String original) {
        StringBuilder text = new StringBuilder(original.length());
        int[] places = new int[original.length() + 1];
        int position = 0;
        while (position < original.length()) {
            places[text.length()] = position;
            position += append(text, original, position);
        }
        places[text.length()] = position;
        return new EscapedText(text.toString(), Arrays.copyOf(places, text.length() + 1));
    }

    /** @return how many characters of the original were read */
    private static int append(StringBuilder text, String original, int position) {
        char character = original.charAt(position);
        if (character == '\\' && position + 1 < original.length()) {
            char escape = original.charAt(position + 1);
            int known = ESCAPES.indexOf(escape);
            if (known >= 0) {
                text.append(MEANINGS.charAt(known));
                return 2;
            }
            int code = escape == 'u' ? hex(original, position + 2) : -1;
            if (code >= 0) {
                text.append((char) code);
                return 2 + HEX_DIGITS;
            }
        }
        text.append(character);
        return 1;
    }

    private static int hex(String original, int position) {
        if (position + HEX_DIGITS > original.length()) {
            return -1;
        }
        int code = 0;
        for (int i = position; i < position + HEX_DIGITS; i++) {
            int digit = Character.digit(original.charAt(i), HEX);
            if (digit < 0) {
                return -1;
            }
            code = code * HEX + digit;
        }
        return code;
    }

    String text() {
        return text;
    }

    /** Where a character of the text begins in the original; the original's length for the text's. */
    int place(int position) {
        return places[position];
    }
}
