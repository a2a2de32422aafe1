package io.stillstream.huggingface.template.python;

import static io.stillstream.huggingface.template.python.PythonValues.kind;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic. It converts nothing, and an undefined value is an error. */
public final class PythonOperators {

    private static final int MOST_BITS = 1 << 14;

    private PythonOperators() {}

    public static Object apply(String operator, @Nullable Object left, @Nullable Object right) {
        if (PythonValues.numeric(left) && PythonValues.numeric(right)) {
            return numbers(operator, PythonValues.number(left), PythonValues.number(right));
        }
        if (operator.equals("+")) {
            if (left instanceof String first && right instanceof String second) {
                PythonText.requireLength((long) first.length() + second.length());
                return first + second;
            }
            if (left instanceof List<?> first && right instanceof List<?> second) {
                PythonValues.requireItems((long) first.size() + second.size());
                List<Object> both = new ArrayList<>(first);
                both.addAll(second);
                return both;
            }
            throw new TemplateException("'+' joins " + kind(left) + " and " + kind(right));
        }
        if (operator.equals("*") && left instanceof Long count) {
            return repeated(right, count);
        }
        if (operator.equals("*") && right instanceof Long count) {
            return repeated(left, count);
        }
        throw new TemplateException("'" + operator + "' is not supported for " + kind(left) + " and " + kind(right));
    }

    private static Object repeated(@Nullable Object value, long count) {
        int times = (int) Math.max(0, Math.min(count, PythonText.MAXIMUM_LENGTH + 1L));
        if (value instanceof String text) {
            PythonText.requireLength((long) text.length() * times);
            return text.repeat(times);
        }
        if (value instanceof List<?> list) {
            PythonValues.requireItems((long) list.size() * times);
            List<Object> out = new ArrayList<>();
            Collections.nCopies(times, list).forEach(out::addAll);
            return out;
        }
        throw new TemplateException("'*' is not supported for " + kind(value) + " and a number");
    }

    private static Object numbers(String operator, @Nullable Object left, @Nullable Object right) {
        if (left instanceof Double || right instanceof Double || operator.equals("/")) {
            return doubles(operator, doubleValue(left), doubleValue(right));
        }
        BigInteger a = integer(left);
        BigInteger b = integer(right);
        if ((operator.equals("//") || operator.equals("%")) && b.signum() == 0) {
            throw new TemplateException("a number is divided by 0");
        }
        return switch (operator) {
            case "+" -> integer(a.add(b));
            case "-" -> integer(a.subtract(b));
            case "*" -> integer(a.multiply(b));
            case "//" -> integer(floored(a, b));
            case "%" -> integer(a.subtract(floored(a, b).multiply(b)));
            case "**" -> power(a, b);
            default -> throw new TemplateException("the operator '" + operator + "' is not supported");
        };
    }

    private static BigInteger floored(BigInteger a, BigInteger b) {
        return new BigDecimal(a)
                .divide(new BigDecimal(b), 0, RoundingMode.FLOOR)
                .toBigInteger();
    }

    private static Object power(BigInteger a, BigInteger b) {
        if (b.signum() < 0) {
            return Math.pow(a.doubleValue(), b.doubleValue());
        }
        if (b.bitLength() > 30 || (long) a.bitLength() * b.intValue() > MOST_BITS) {
            throw new TemplateException("a number grows beyond the bound of " + MOST_BITS + " bits");
        }
        return integer(a.pow(b.intValue()));
    }

    private static Object doubles(String operator, double a, double b) {
        if (operator.endsWith("/") && b == 0) {
            throw new TemplateException("a number is divided by 0");
        }
        return switch (operator) {
            case "+" -> a + b;
            case "-" -> a - b;
            case "*" -> a * b;
            case "/" -> a / b;
            case "//" -> Math.floor(a / b);
            case "%" -> a - Math.floor(a / b) * b;
            case "**" -> Math.pow(a, b);
            default -> throw new TemplateException("the operator '" + operator + "' is not supported");
        };
    }

    public static Object negated(@Nullable Object value) {
        return apply("-", 0L, value) instanceof Long number ? number : apply("*", -1L, value);
    }

    static double doubleValue(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.doubleValue();
        }
        throw new TemplateException(kind(value) + " is no number");
    }

    private static BigInteger integer(@Nullable Object value) {
        return value instanceof BigInteger big ? big : BigInteger.valueOf(value instanceof Long number ? number : 0);
    }

    /** An integer in the type that values have. */
    public static Object integer(BigInteger value) {
        if (value.bitLength() > MOST_BITS) {
            throw new TemplateException("a number grows beyond the bound of " + MOST_BITS + " bits");
        }
        return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
    }
}
