package io.stillstream.huggingface.template.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values appear in a template's output. */
public final class PythonText {

    /** In characters: far above any context window, and far below the heap. */
    public static final int MAXIMUM_LENGTH = 16 << 20;

    private static final int MOST_DIGITS = 17;
    private static final int SMALLEST_PLAIN_EXPONENT = -4;
    private static final int LARGEST_PLAIN_EXPONENT = 15;

    private PythonText() {}

    /** {@code str(value)}; an undefined value is an empty text. */
    public static String of(@Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        if (value instanceof Undefined) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        represent(value, out);
        return out.toString();
    }

    private static void represent(@Nullable Object value, StringBuilder out) {
        requireLength(out.length());
        if (value == null) {
            out.append("None");
        } else if (value instanceof Boolean truth) {
            out.append(truth ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof Number) {
            out.append(value);
        } else if (value instanceof String text) {
            literal(text, out);
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (Object item : list) {
                out.append(separator);
                represent(item, out);
                separator = ", ";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof Map<?, ?> mapping) {
            String separator = "{";
            for (Map.Entry<?, ?> entry : mapping.entrySet()) {
                out.append(separator);
                represent(entry.getKey(), out);
                out.append(": ");
                represent(entry.getValue(), out);
                separator = ", ";
            }
            out.append(mapping.isEmpty() ? "{}" : "}");
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else {
            throw new TemplateException("the template prints a value that is neither data nor text");
        }
    }

    private static void literal(String text, StringBuilder out) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        out.append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\\' -> out.append("\\\\");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (printable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(String.format(
                                Locale.ROOT, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c));
                    }
                }
            }
        });
        out.append(quote);
    }

    private static boolean printable(int c) {
        if (c == ' ') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** {@code repr(number)}: the fewest digits that give the same number. */
    static String number(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number < 0 ? "-0.0" : "0.0";
        }
        BigDecimal shortest = shortest(number);
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= SMALLEST_PLAIN_EXPONENT && exponent <= LARGEST_PLAIN_EXPONENT) {
            String plain = shortest.toPlainString();
            return plain.indexOf('.') < 0 ? plain + ".0" : plain;
        }
        String digits = shortest.unscaledValue().abs().toString();
        String sign = number < 0 ? "-" : "";
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        return sign + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+")
                + (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    }

    private static BigDecimal shortest(double number) {
        BigDecimal exact = new BigDecimal(number);
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            BigDecimal nearest = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (nearest.doubleValue() == number) {
                return nearest.stripTrailingZeros();
            }
            // The next double beyond a power of two is twice as far away as the one before it: the number of so few
            // digits
            // that is nearest may be another double's, and the one on the other side still this one's.
            BigDecimal beyond = exact.round(new MathContext(digits, RoundingMode.UP));
            if (beyond.doubleValue() == number) {
                return beyond.stripTrailingZeros();
            }
        }
        return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN)).stripTrailingZeros();
    }

    /** @throws TemplateException when a text would have more characters than any prompt */
    public static void requireLength(long characters) {
        if (characters > MAXIMUM_LENGTH) {
            throw new TemplateException(
                    "a text grows beyond the bound of " + MAXIMUM_LENGTH + " characters (bounded output)");
        }
    }
}
