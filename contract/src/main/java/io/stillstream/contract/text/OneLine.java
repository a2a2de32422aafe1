package io.stillstream.contract.text;

import org.jspecify.annotations.Nullable;

/**
 * A sentence for people, on one line and of bounded length, whatever it quotes: it stands in logs, in the headers of dead
 * letters and on terminals, and what it quotes may come from anybody.
 */
public final class OneLine {

    /** In UTF-16 code units: longer than any sentence of this project, shorter than what a log's reader has patience for. */
    public static final int MOST_CHARACTERS = 2000;

    private static final String CUT = " … ";

    /** What a sentence ends with is what was expected, which helps more than the rest of a quotation. */
    private static final int KEPT_AT_END = 800;

    private OneLine() {}

    /**
     * The text with what is not {@link Printable} as {@code ?} and line breaks as spaces; of a long one its beginning and its
     * end.
     */
    public static String of(@Nullable String text) {
        if (text == null) {
            return "no reason was given";
        }
        String shown = text.length() <= MOST_CHARACTERS ? text : cut(text);
        return shown.codePoints().allMatch(Printable::isPrintable) ? shown : replaced(shown);
    }

    private static String cut(String text) {
        int head = MOST_CHARACTERS - KEPT_AT_END - CUT.length();
        return text.substring(0, head) + CUT + text.substring(text.length() - KEPT_AT_END);
    }

    private static String replaced(String text) {
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (Printable.isPrintable(point)) {
                out.appendCodePoint(point);
            } else {
                out.append(Character.isWhitespace(point) ? ' ' : '?');
            }
        });
        return out.toString();
    }
}
