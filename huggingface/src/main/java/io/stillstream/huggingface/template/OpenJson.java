package io.stillstream.huggingface.template;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The beginning of a JSON object, completed with a mark at the place where it breaks off. Where that is within a number or a
 * word, which no mark can go on, the mark stands in its place.
 *
 * @param quoted whether the mark is a string of its own, and not the end of one that had begun
 */
record OpenJson(String json, boolean quoted) {

    /** A number or a word is not longer. */
    private static final int LONGEST_LITERAL = 64;

    /** What may follow within a string: its end, as a value or as a name. */
    private static final List<String> WITHIN = List.of("\"", "\": 0");

    /** Empty where the text is a whole object, or not the beginning of one. */
    static Optional<OpenJson> of(String beginning, String mark) {
        String text = beginning.isBlank() ? "{" : beginning;
        if (JsonValues.object(text) != null) {
            return Optional.empty();
        }
        for (int end = text.length(); end >= Math.max(1, text.length() - LONGEST_LITERAL); end--) {
            Nesting nesting = Nesting.of(text.substring(0, end));
            String begun = text.substring(0, end) + (nesting.inString() ? "" : "\"") + mark;
            for (String rest : WITHIN) {
                String whole = begun + rest + nesting.closing();
                if (JsonValues.object(whole) != null) {
                    return Optional.of(new OpenJson(whole, !nesting.inString()));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * What is open at the end of a text.
     *
     * @param closing the brackets that close what is open
     */
    private record Nesting(boolean inString, String closing) {

        static Nesting of(String text) {
            Deque<Character> open = new ArrayDeque<>();
            boolean inString = false;
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (inString) {
                    inString = c != '"';
                    i += c == '\\' ? 1 : 0;
                } else if (c == '"') {
                    inString = true;
                } else if (c == '{' || c == '[') {
                    open.push(c == '{' ? '}' : ']');
                } else if ((c == '}' || c == ']') && !open.isEmpty()) {
                    open.pop();
                }
            }
            var closing = new StringBuilder();
            open.forEach(closing::append);
            return new Nesting(inString, closing.toString());
        }
    }
}
