package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.TemplateException;
import java.util.List;

/** The tokens of one block or output, read from left to right. */
final class TokenStream {

    private static final int DEEPEST = 100;
    private static final int MOST_TOKENS = 4000;

    private final List<Token> tokens;
    private final String code;
    private int at;
    private int depth;

    TokenStream(List<Token> tokens, String code) {
        if (tokens.size() > MOST_TOKENS) {
            throw new TemplateException("an expression has more than " + MOST_TOKENS + " tokens");
        }
        this.tokens = tokens;
        this.code = code;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekNext() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean skip(String operator) {
        boolean there = peek().is(operator);
        if (there) {
            next();
        }
        return there;
    }

    boolean skipName(String name) {
        boolean there = peek().isName(name);
        if (there) {
            next();
        }
        return there;
    }

    void expect(String operator) {
        if (!skip(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    String name() {
        if (peek().kind() != Token.Kind.NAME) {
            throw unexpected("a name");
        }
        return next().text();
    }

    boolean atEnd() {
        return peek().kind() == Token.Kind.END;
    }

    void expectEnd() {
        if (!atEnd()) {
            throw unexpected("the end");
        }
    }

    TemplateException unexpected(String expected) {
        String seen = atEnd() ? "the end" : "'" + peek().text() + "'";
        return new TemplateException(
                "'" + shortened(code) + "' is not understood: " + seen + " is where " + expected + " is expected");
    }

    /** Counts brackets within brackets. */
    void enter() {
        if (++depth > DEEPEST) {
            throw new TemplateException("an expression is nested deeper than " + DEEPEST + " brackets");
        }
    }

    void leave() {
        depth--;
    }

    private static String shortened(String code) {
        int longest = 60;
        return code.length() <= longest ? code : code.substring(0, longest) + "...";
    }
}
