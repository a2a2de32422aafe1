package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonLiteral;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Whitespace;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits a template as Jinja2 does with {@code trim_blocks} and {@code lstrip_blocks}: whitespace control is applied, comments
 * are removed, and raw blocks become texts.
 */
final class TemplateLexer {

    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");
    private static final Pattern WORD =
            Pattern.compile("(?<float>\\d[\\d_]*(?:\\.\\d[\\d_]*(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+))"
                    + "|(?<integer>\\d[\\d_]*)|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)"
                    + "|\\*\\*|//|==|!=|>=|<=|[-+*/%~<>=.,:|()\\[\\]{};]");

    private final String source;
    private final List<Segment> segments = new ArrayList<>();
    private int at;

    private TemplateLexer(String source) {
        this.source = source;
    }

    /** @throws TemplateException when a comment, a block or a literal has no end */
    static List<Segment> segments(String template) {
        String source = NEWLINE.matcher(template).replaceAll("\n");
        String whole = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
        TemplateLexer lexer = new TemplateLexer(whole);
        lexer.run();
        return lexer.segments;
    }

    private void run() {
        while (at < source.length()) {
            int open = nextOpening();
            if (open < 0) {
                text(source.substring(at));
                return;
            }
            char kind = source.charAt(open + 1);
            char sign = sign(open + 2);
            text(beforeOpening(open, kind, sign));
            Matcher raw = RAW.matcher(source).region(open, source.length());
            if (kind == '%' && raw.lookingAt()) {
                at = raw.end();
                rawText();
            } else {
                at = open + (sign == 0 ? 2 : 3);
                if (kind == '#') {
                    skipComment(open);
                } else {
                    code(open, kind == '%' ? '%' : '}');
                }
            }
        }
    }

    private void text(String text) {
        if (!text.isEmpty()) {
            segments.add(new Segment.Text(text));
        }
    }

    private int nextOpening() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("%{#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private char sign(int position) {
        char c = charAt(position);
        return c == '-' || c == '+' ? c : 0;
    }

    private char charAt(int position) {
        return position < source.length() ? source.charAt(position) : 0;
    }

    private String beforeOpening(int open, char kind, char sign) {
        String text = source.substring(at, open);
        if (sign == '-') {
            return Whitespace.stripEnd(text);
        }
        return sign == '+' || kind == '{' ? text : withoutIndentation(text);
    }

    /** lstrip_blocks: whitespace before a block is removed if nothing else precedes the block on its line. */
    private String withoutIndentation(String text) {
        int line = text.lastIndexOf('\n') + 1;
        boolean lineStarts = line > 0 || at == 0 || source.charAt(at - 1) == '\n';
        return lineStarts && Whitespace.isAll(text.substring(line)) ? text.substring(0, line) : text;
    }

    private void rawText() {
        Matcher end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw new TemplateException("a raw block has no end");
        }
        String text = source.substring(at, end.start());
        String sign = end.group(1);
        String kept = sign.equals("-") ? Whitespace.stripEnd(text) : sign.isEmpty() ? withoutIndentation(text) : text;
        text(kept);
        at = end.end();
    }

    private void skipComment(int open) {
        int end = source.indexOf("#}", at);
        if (end < 0) {
            throw new TemplateException("the comment '" + source.substring(open, excerptEnd(open)) + "' has no end");
        }
        char sign = end > at ? sign(end - 1) : 0;
        at = end + 2;
        afterBlock(sign);
    }

    /** trim_blocks: the newline after a block is removed. */
    private void afterBlock(char sign) {
        if (sign == '-') {
            skipWhitespace();
        } else if (sign == 0 && charAt(at) == '\n') {
            at++;
        }
    }

    private void skipWhitespace() {
        while (at < source.length() && Whitespace.is(source.charAt(at))) {
            at++;
        }
    }

    private void code(int open, char closing) {
        List<Token> tokens = new ArrayList<>();
        int start = at;
        int depth = 0;
        while (true) {
            skipWhitespace();
            if (at >= source.length()) {
                throw new TemplateException("'" + source.substring(open, excerptEnd(open)) + "' has no end");
            }
            int signed = sign(at) == 0 || (closing == '}' && charAt(at) == '+') ? at : at + 1;
            if (depth == 0 && charAt(signed) == closing && charAt(signed + 1) == '}') {
                String code = Whitespace.strip(source.substring(start, at));
                tokens.add(new Token(Token.Kind.END, ""));
                segments.add(closing == '%' ? new Segment.Block(tokens, code) : new Segment.Output(tokens, code));
                close(closing, signed == at ? (char) 0 : charAt(at), signed);
                return;
            }
            Token token = token();
            if (token.kind() == Token.Kind.OPERATOR && token.text().length() == 1) {
                depth += "([{".contains(token.text()) ? 1 : ")]}".contains(token.text()) ? -1 : 0;
            }
            tokens.add(token);
        }
    }

    private Token token() {
        char c = charAt(at);
        if (c == '\'' || c == '"') {
            return new Token(Token.Kind.TEXT, literal());
        }
        Matcher word = WORD.matcher(source).region(at, source.length());
        if (!word.lookingAt()) {
            throw new TemplateException(
                    "the character '" + c + "' is not understood at '" + source.substring(at, excerptEnd(at)) + "'");
        }
        at = word.end();
        if (word.group("float") != null) {
            return new Token(Token.Kind.FLOAT, word.group().replace("_", ""));
        }
        if (word.group("integer") != null) {
            return new Token(Token.Kind.INTEGER, word.group().replace("_", ""));
        }
        return new Token(word.group("name") != null ? Token.Kind.NAME : Token.Kind.OPERATOR, word.group());
    }

    private String literal() {
        int start = at;
        char quote = charAt(at++);
        while (charAt(at) != quote) {
            at += charAt(at) == '\\' ? 2 : 1;
            if (at >= source.length()) {
                throw new TemplateException(
                        "the literal " + source.substring(start, excerptEnd(start)) + " has no end");
            }
        }
        return PythonLiteral.decode(source.substring(start + 1, at++));
    }

    private void close(char closing, char sign, int end) {
        at = end + 2;
        if (closing == '%') {
            afterBlock(sign);
        } else if (sign == '-') {
            skipWhitespace();
        }
    }

    private int excerptEnd(int start) {
        return Math.min(source.length(), start + 40);
    }
}
