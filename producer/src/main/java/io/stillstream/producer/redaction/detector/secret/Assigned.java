package io.stillstream.producer.redaction.detector.secret;

import io.stillstream.producer.redaction.detector.ScannedText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a name is said to be: {@code password = "x"}, {@code "password": "x"}, {@code password is x}, {@code Passwort: x}.
 *
 * @param start of the value, without quotes
 * @param quoted whether it stands in quotes
 */
record Assigned(int start, int end, boolean quoted) {

    private static final int LONGEST_NAME = 24;
    private static final int LONGEST_VALUE = 512;
    private static final int LONGEST_GAP = 3;
    private static final String QUOTES = "\"'`\u201c\u201d\u2018\u2019\u201e\u00ab\u00bb";
    private static final String STOPS = "\"'`<>{}()[],;\u201c\u201d\u201e\u3002\uff0c";

    /** Longer ones first where one begins another. */
    private static final List<String> CONNECTORS = List.of(
            ":=", "=>", "->", ":", "=", "\uff1a", "is", "was", "ist", "lautet", "est", "es", "\u00e8", "\u00e9", "jest",
            "to", "\u662f", "\u4e3a", "\u306f", "\u2014");

    /** What stands for a value in templates, examples and code, and is none. */
    private static final Pattern PLACEHOLDER = Pattern.compile(
            "(?i)[*x.\u2022_-]+|<.*|\\$.*|%.*|\\{.*|\\[.*|(your|my|the|some|example|test|dummy|changeme|placeholder|redacted)?[-_"
                    + " ]?(password|passwd|pass|secret|token|key|api[-_]?key|value|string|here|example|null|none|nil|true|false|undefined"
                    + "|required|optional|str|text|varchar.*|hidden|masked|redacted|changeme|placeholder)(here)?"
                    + "|(os|process|env|self|this|config|settings|request|req|args|params|system|secrets)\\..*");

    /** @param end behind the name */
    static Optional<Assigned> after(ScannedText text, int end) {
        int position = end;
        while (position - end < LONGEST_NAME
                && (text.isWord(position) || text.at(position) == '_' || text.at(position) == '-')) {
            position++;
        }
        position = skip(text, position, QUOTES + ")]* ");
        int connected = connector(text, position);
        if (connected < 0) {
            return Optional.empty();
        }
        position = skip(text, connected, " \t\n\r*");
        boolean quoted = QUOTES.indexOf(text.at(position)) >= 0;
        int start = quoted ? position + 1 : position;
        int stop = start;
        while (stop - start < LONGEST_VALUE && !ends(text, stop, quoted)) {
            stop++;
        }
        // A quotation that does not end here holds more than one word, or was cut off.
        quoted &= QUOTES.indexOf(text.at(stop)) >= 0;
        boolean spoken = text.isLetter(connected - 1);
        while (!quoted && stop > start && (spoken ? ".!?:" : ".:").indexOf(text.at(stop - 1)) >= 0) {
            stop--;
        }
        return stop > start ? Optional.of(new Assigned(start, stop, quoted)) : Optional.empty();
    }

    /** What stands behind a name with nothing but a space between: {@code token x}. */
    static Optional<Assigned> behind(ScannedText text, int end) {
        if (text.at(end) != ' ') {
            return Optional.empty();
        }
        int stop = end + 1;
        while (stop - end < LONGEST_VALUE && !ends(text, stop, false)) {
            stop++;
        }
        while (text.at(stop - 1) == '.' || text.at(stop - 1) == ':') {
            stop--;
        }
        return stop > end + 1 ? Optional.of(new Assigned(end + 1, stop, false)) : Optional.empty();
    }

    private static boolean ends(ScannedText text, int position, boolean quoted) {
        char character = text.at(position);
        return character == ScannedText.NONE
                || Character.isWhitespace(character)
                || (quoted ? QUOTES : STOPS).indexOf(character) >= 0
                || (!quoted && character == '&' && text.isWord(position + 1));
    }

    private static int skip(ScannedText text, int from, String what) {
        int position = from;
        while (position - from < LONGEST_GAP && what.indexOf(text.at(position)) >= 0) {
            position++;
        }
        return position;
    }

    /** @return behind it, or -1 */
    private static int connector(ScannedText text, int position) {
        for (String connector : CONNECTORS) {
            if (text.startsWith(connector, position)) {
                int end = position + connector.length();
                boolean word = Character.isAlphabetic(connector.charAt(0)) && connector.charAt(0) < 0x2000;
                if (!word || (!text.isWord(end) && Character.isWhitespace(text.at(position - 1)))) {
                    return end;
                }
            }
        }
        return -1;
    }

    static boolean isPlaceholder(String value) {
        return PLACEHOLDER.matcher(value).matches()
                || value.toLowerCase(Locale.ROOT).contains("passw");
    }
}
