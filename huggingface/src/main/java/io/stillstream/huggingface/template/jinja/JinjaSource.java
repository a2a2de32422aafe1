package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonLiteral;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Whitespace;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template rewritten so that jinjava reads it as Jinja2 does with {@code trim_blocks} and {@code lstrip_blocks}.
 *
 * <p>By Jinja2's rules, whitespace control is applied, comments are removed, raw blocks become literals, string literals keep
 * only escapes that both understand, and a space separates closing braces within an expression.
 */
public final class JinjaSource {

    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(-%\\}\\s*|%\\})");
    private static final Pattern END_RAW = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(\\+%\\}|-%\\}\\s*|%\\}\\n?)");
    private static final Pattern NEWLINE = Pattern.compile("\r\n|\r");

    private final String source;
    private final StringBuilder out = new StringBuilder();
    private int at;

    private JinjaSource(String source) {
        this.source = source;
    }

    /** @throws TemplateException when a comment, a block or a literal has no end */
    public static String rewritten(String template) {
        String source = NEWLINE.matcher(template).replaceAll("\n");
        String whole = source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
        return new JinjaSource(whole).rewrite();
    }

    private String rewrite() {
        while (at < source.length()) {
            int open = nextOpening();
            if (open < 0) {
                out.append(source, at, source.length());
                break;
            }
            char kind = source.charAt(open + 1);
            char sign = sign(open + 2);
            out.append(beforeOpening(open, kind, sign));
            Matcher raw = RAW.matcher(source).region(open, source.length());
            if (kind == '%' && raw.lookingAt()) {
                at = raw.end();
                rawText();
            } else {
                at = open + (sign == 0 ? 2 : 3);
                if (kind == '#') {
                    skipComment(open);
                } else {
                    copyCode(open, kind == '%' ? '%' : '}');
                }
            }
        }
        return out.toString();
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
        out.append("{{ ");
        appendLiteral(kept, '"');
        out.append(" }}");
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

    private void copyCode(int open, char closing) {
        out.append(closing == '%' ? "{% " : "{{ ");
        int depth = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (depth == 0 && c == closing && charAt(at + 1) == '}') {
                close(closing, (char) 0);
                return;
            }
            if (depth == 0 && sign(at) != 0 && charAt(at + 1) == closing && charAt(at + 2) == '}') {
                at++;
                close(closing, c);
                return;
            }
            if (c == '\'' || c == '"') {
                copyLiteral();
                continue;
            }
            depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
            out.append(Whitespace.is(c) ? ' ' : c);
            if (c == '}') {
                out.append(' ');
            }
            at++;
        }
        throw new TemplateException("'" + source.substring(open, excerptEnd(open)) + "' has no end");
    }

    private void close(char closing, char sign) {
        out.append(closing == '%' ? " %}" : " }}");
        at += 2;
        if (closing == '%') {
            afterBlock(sign);
        } else if (sign == '-') {
            skipWhitespace();
        }
    }

    private void copyLiteral() {
        int start = at;
        char quote = source.charAt(at++);
        while (charAt(at) != quote) {
            at += charAt(at) == '\\' ? 2 : 1;
            if (at >= source.length()) {
                throw new TemplateException(
                        "the literal " + source.substring(start, excerptEnd(start)) + " has no end");
            }
        }
        appendLiteral(PythonLiteral.decode(source.substring(start + 1, at)), quote);
        at++;
    }

    private void appendLiteral(String text, char quote) {
        out.append(quote);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> out.append(c == quote ? "\\" : "").append(c);
            }
        }
        out.append(quote);
    }

    private int excerptEnd(int start) {
        return Math.min(source.length(), start + 40);
    }
}
