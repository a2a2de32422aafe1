package io.stillstream.producer.redaction.detector;

/**
 * A text to look for, in large or small letters.
 *
 * @param text in small letters
 * @param wordStart whether no letter or digit may stand before it
 * @param wordEnd whether no letter or digit may stand behind it
 */
public record Keyword(String text, boolean wordStart, boolean wordEnd) {

    /** Anywhere, also within a word. */
    public static Keyword anywhere(String text) {
        return new Keyword(text, false, false);
    }

    /** At the start of a word. */
    public static Keyword prefix(String text) {
        return new Keyword(text, true, false);
    }
}
