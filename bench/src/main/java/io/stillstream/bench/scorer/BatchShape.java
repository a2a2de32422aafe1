package io.stillstream.bench.scorer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A batch of texts of one length.
 *
 * @param rows texts
 * @param tokens of each, prompt and response together
 */
public record BatchShape(int rows, int tokens) {

    private static final Pattern NOTATION = Pattern.compile("(\\d{1,6})x(\\d{1,6})");

    /** A text is a start token and one more as its prompt, and two tokens as its response. */
    private static final int FEWEST_TOKENS = 4;

    public BatchShape {
        if (rows < 1 || tokens < FEWEST_TOKENS) {
            throw new IllegalArgumentException(
                    "the batch shape " + rows + "x" + tokens + " is too small; expected at least 1x" + FEWEST_TOKENS);
        }
    }

    /**
     * Reads {@code 8x256}.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static BatchShape parse(String notation) {
        Matcher matcher = NOTATION.matcher(notation);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + notation + "' is no batch shape; expected rows x tokens, as 8x256");
        }
        return new BatchShape(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** All tokens of the batch. */
    int size() {
        return rows * tokens;
    }

    @Override
    public String toString() {
        return rows + "x" + tokens;
    }
}
