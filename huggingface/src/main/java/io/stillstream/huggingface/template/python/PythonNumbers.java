package io.stillstream.huggingface.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Jinja2's filters of numbers. */
public final class PythonNumbers {

    /** Of an integer: more than its bound in bits holds. */
    private static final int MOST_DIGITS = 5000;

    /** Before and after its point. */
    private static final int MOST_DIGITS_OF_A_DOUBLE = 1100;

    private PythonNumbers() {}

    /** @param filter {@code abs}, {@code int}, {@code float} or {@code round} */
    public static Object filter(String filter, @Nullable Object value, Object[] arguments) {
        return switch (filter) {
            case "abs" ->
                PythonValues.compare(value, 0L, Work.FREE) < 0 ? PythonOperators.negated(value) : number(value);
            case "int" -> integer(value, arguments.length > 0 ? arguments[0] : 0L);
            case "float" -> real(value, arguments.length > 0 ? arguments[0] : 0.0);
            default -> rounded(value, arguments);
        };
    }

    private static Object number(@Nullable Object value) {
        return PythonOperators.apply("+", value, 0L);
    }

    private static Object integer(@Nullable Object value, Object otherwise) {
        if (value instanceof Long || value instanceof BigInteger || value instanceof Boolean) {
            return number(value);
        }
        try {
            String text = Whitespace.strip(PythonText.of(value));
            if (text.length() > MOST_DIGITS) {
                return otherwise;
            }
            BigDecimal number = new BigDecimal(text);
            boolean writable = Math.abs((long) number.precision() - number.scale()) <= MOST_DIGITS;
            return writable ? PythonOperators.integer(number.toBigInteger()) : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static Object real(@Nullable Object value, Object otherwise) {
        try {
            return Double.valueOf(Whitespace.strip(PythonText.of(PythonValues.number(value))));
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    private static Object rounded(@Nullable Object value, Object[] arguments) {
        long given = arguments.length > 0 && arguments[0] instanceof Long number ? number : 0;
        int digits = (int) Math.max(-MOST_DIGITS_OF_A_DOUBLE, Math.min(MOST_DIGITS_OF_A_DOUBLE, given));
        String method = arguments.length > 1 ? PythonText.of(arguments[1]) : "common";
        RoundingMode mode = switch (method) {
            case "ceil" -> RoundingMode.CEILING;
            case "floor" -> RoundingMode.FLOOR;
            default -> RoundingMode.HALF_EVEN;
        };
        double number = PythonOperators.doubleValue(PythonValues.number(value));
        if (!Double.isFinite(number)) {
            return number;
        }
        return new BigDecimal(number).setScale(digits, mode).doubleValue();
    }
}
