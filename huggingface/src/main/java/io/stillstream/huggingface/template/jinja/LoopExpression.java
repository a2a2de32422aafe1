package io.stillstream.huggingface.template.jinja;

import org.jspecify.annotations.Nullable;

/**
 * The part of a for block after {@code in}.
 *
 * @param condition which items are kept; null for all
 */
record LoopExpression(String items, @Nullable String condition) {

    private static final String IF = " if ";

    /** The first {@code if} outside brackets and literals begins the condition, as in Jinja2. */
    static LoopExpression parse(String expression) {
        int depth = 0;
        char quote = 0;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (quote != 0) {
                if (c == '\\') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (depth == 0 && expression.startsWith(IF, i)) {
                return new LoopExpression(
                        expression.substring(0, i).strip(),
                        expression.substring(i + IF.length()).strip());
            } else {
                depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            }
        }
        return new LoopExpression(expression.strip(), null);
    }
}
