package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong with a text that is not JSON, in words that hold nothing of the text: it may be a user's prompt. */
public final class JsonProblem {

    /** Jackson's own words after what it quotes. */
    private static final Pattern EXPECTED = Pattern.compile("(?:was expecting|expected) (.+)");

    /** Where Jackson names its own settings and places. */
    private static final Pattern INTERNALS =
            Pattern.compile(", from `[^`]*`| \\((for|start marker) .*|\\R.*", Pattern.DOTALL);

    private static final String DUPLICATE = "Duplicate field";
    private static final String TRAILING = "Trailing token";
    private static final String NUMBER = "a number with an exponent beyond 2147483647";

    private JsonProblem() {}

    /** Such as {@code an unexpected character or word; expected comma to separate Object entries at column 17}. */
    public static String of(JsonProcessingException e) {
        String place =
                e.getLocation() == null ? "" : " at column " + e.getLocation().getColumnNr();
        return words(e, Objects.requireNonNullElse(e.getOriginalMessage(), "")) + place;
    }

    /** Of whatever a codec's reading of JSON can end with: words of this project's own stay as they are. */
    public static String of(Exception e) {
        return e instanceof JsonProcessingException json && !(e instanceof JsonMappingException)
                ? of(json)
                : String.valueOf(e.getMessage());
    }

    /**
     * For a reader of numbers with all of their digits: Jackson lets the exception of a number whose exponent is no int escape
     * as it is.
     */
    static JsonProcessingException ofNumber(NumberFormatException e) {
        return new JsonParseException(null, NUMBER, e);
    }

    private static String words(JsonProcessingException e, String message) {
        if (e instanceof StreamConstraintsException) {
            return withoutInternals(message);
        }
        if (message.equals(NUMBER)) {
            return NUMBER;
        }
        if (message.startsWith(DUPLICATE)) {
            return "a field that is there already";
        }
        if (message.startsWith(TRAILING)) {
            return "more text after the value";
        }
        String what = e instanceof JsonEOFException ? "it ends too early" : "an unexpected character or word";
        Matcher expected = EXPECTED.matcher(afterQuotation(message));
        return expected.find() ? what + "; expected " + withoutInternals(expected.group(1)) : what;
    }

    /** Jackson quotes a character or a word, ends the quotation, and only then says what it expected. */
    private static String afterQuotation(String message) {
        int colon = message.indexOf(": ", message.lastIndexOf("':") >= 0 ? message.lastIndexOf("':") : 0);
        return colon < 0 ? "" : message.substring(colon);
    }

    private static String withoutInternals(String message) {
        return INTERNALS.matcher(message).replaceAll("");
    }
}
