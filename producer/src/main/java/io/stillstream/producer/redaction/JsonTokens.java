package io.stillstream.producer.redaction;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.stillstream.contract.codec.ExactJson;
import java.util.ArrayList;
import java.util.List;

/**
 * The strings and numbers of a JSON text, each with its place, so that some of them can be replaced and all else stays byte for
 * byte. A string's place is that of its text, without the quotes.
 */
final class JsonTokens {

    private static final ExactJson JSON = new ExactJson();

    /** @param number else it is a string */
    record Token(int start, int end, boolean number) {}

    private JsonTokens() {}

    /** Whether it may be the text of an object or an array: its first and last characters are such. */
    static boolean looksLikeJson(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && text.charAt(start) <= ' ') {
            start++;
        }
        while (end > start && text.charAt(end - 1) <= ' ') {
            end--;
        }
        return end - start >= 2
                && ((text.charAt(start) == '{' && text.charAt(end - 1) == '}')
                        || (text.charAt(start) == '[' && text.charAt(end - 1) == ']'));
    }

    static boolean isJson(String text) {
        try {
            return !JSON.read(text).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** @param json valid */
    static List<Token> of(String json) {
        List<Token> tokens = new ArrayList<>();
        int position = 0;
        while (position < json.length()) {
            char character = json.charAt(position);
            if (character == '"') {
                int end = stringEnd(json, position + 1);
                tokens.add(new Token(position + 1, end, false));
                position = end + 1;
            } else if (character == '-' || (character >= '0' && character <= '9')) {
                int end = numberEnd(json, position);
                tokens.add(new Token(position, end, true));
                position = end;
            } else {
                position++;
            }
        }
        return tokens;
    }

    private static int stringEnd(String json, int start) {
        int end = start;
        while (json.charAt(end) != '"') {
            end += json.charAt(end) == '\\' ? 2 : 1;
        }
        return end;
    }

    private static int numberEnd(String json, int start) {
        int end = start;
        while (end < json.length() && ("+-.eE".indexOf(json.charAt(end)) >= 0 || Character.isDigit(json.charAt(end)))) {
            end++;
        }
        return end;
    }
}
