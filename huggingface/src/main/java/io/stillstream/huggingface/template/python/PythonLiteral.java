package io.stillstream.huggingface.template.python;

/** The text between the quotes of a Python string literal. */
public final class PythonLiteral {

    private PythonLiteral() {}

    /** The text with its escapes resolved; an unknown escape stays as it is, as in Python. */
    public static String decode(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < literal.length(); i++) {
            char c = literal.charAt(i);
            if (c != '\\' || i + 1 == literal.length()) {
                text.append(c);
                continue;
            }
            char escape = literal.charAt(++i);
            int digits = switch (escape) {
                case 'x' -> 2;
                case 'u' -> 4;
                case 'U' -> 8;
                default -> 0;
            };
            if (digits > 0) {
                text.appendCodePoint(codePoint(literal, i, digits));
                i += digits;
            } else {
                text.append(simple(escape));
            }
        }
        return text.toString();
    }

    private static int codePoint(String literal, int escape, int digits) {
        int end = escape + 1 + digits;
        try {
            int codePoint = Integer.parseInt(literal.substring(escape + 1, Math.min(end, literal.length())), 16);
            if (end <= literal.length() && Character.isValidCodePoint(codePoint)) {
                return codePoint;
            }
        } catch (NumberFormatException e) {
            throw new TemplateException("a literal holds a broken escape: '" + literal + "'", e);
        }
        throw new TemplateException("a literal holds a broken escape: '" + literal + "'");
    }

    private static String simple(char escape) {
        return switch (escape) {
            case '\n' -> "";
            case '\\', '\'', '"' -> String.valueOf(escape);
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'a' -> "\u0007";
            case 'v' -> "\u000b";
            case '0', '1', '2', '3', '4', '5', '6', '7' ->
                throw new TemplateException("a literal holds the octal escape \\" + escape);
            default -> "\\" + escape;
        };
    }
}
