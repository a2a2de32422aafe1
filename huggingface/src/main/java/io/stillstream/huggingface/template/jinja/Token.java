package io.stillstream.huggingface.template.jinja;

/**
 * A word of an expression.
 *
 * @param text a literal's value, otherwise as the template has it
 */
record Token(Kind kind, String text) {

    enum Kind {
        NAME,
        TEXT,
        INTEGER,
        FLOAT,
        OPERATOR,
        END
    }

    boolean is(String operator) {
        return kind == Kind.OPERATOR && text.equals(operator);
    }

    boolean isName(String name) {
        return kind == Kind.NAME && text.equals(name);
    }
}
