package io.stillstream.huggingface.template.python;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Python makes of a template's values. {@code None} is null; integers are {@link Long} or {@link BigInteger}; lists and
 * tuples are {@link List}, dictionaries {@link Map}.
 */
public final class PythonValues {

    private PythonValues() {}

    public static boolean truth(@Nullable Object value) {
        if (value == null || value instanceof Undefined) {
            return false;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof String text) {
            return !text.isEmpty();
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        return !(value instanceof Map<?, ?> mapping) || !mapping.isEmpty();
    }

    public static boolean equal(@Nullable Object left, @Nullable Object right) {
        if (numeric(left) && numeric(right)) {
            return compareNumbers(left, right) == 0;
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            if (first.size() != second.size()) {
                return false;
            }
            for (int i = 0; i < first.size(); i++) {
                if (!equal(first.get(i), second.get(i))) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Map<?, ?> first && right instanceof Map<?, ?> second) {
            return first.size() == second.size()
                    && first.keySet().stream()
                            .allMatch(key -> second.containsKey(key) && equal(first.get(key), second.get(key)));
        }
        return Objects.equals(left, right);
    }

    /** Below, at or above 0, for two numbers or two texts. */
    public static int compare(@Nullable Object left, @Nullable Object right) {
        if (numeric(left) && numeric(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof String first && right instanceof String second) {
            return Arrays.compare(
                    first.codePoints().toArray(), second.codePoints().toArray());
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                if (!equal(first.get(i), second.get(i))) {
                    return compare(first.get(i), second.get(i));
                }
            }
            return Integer.compare(first.size(), second.size());
        }
        throw new TemplateException(kind(left) + " is compared with " + kind(right));
    }

    /** A number, or a truth value, which counts as one. */
    public static boolean numeric(@Nullable Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    static @Nullable Object number(@Nullable Object value) {
        return value instanceof Boolean truth ? (Object) (truth ? 1L : 0L) : value;
    }

    private static int compareNumbers(@Nullable Object left, @Nullable Object right) {
        Object first = number(left);
        Object second = number(right);
        if (first instanceof Long a && second instanceof Long b) {
            return Long.compare(a, b);
        }
        if (first instanceof Double a && second instanceof Double b) {
            return a.doubleValue() == b.doubleValue() ? 0 : Double.compare(a, b);
        }
        return new BigDecimal(String.valueOf(first)).compareTo(new BigDecimal(String.valueOf(second)));
    }

    /** {@code item in container}. */
    public static boolean contains(@Nullable Object container, @Nullable Object item) {
        if (container instanceof String text) {
            if (item instanceof String part) {
                return text.contains(part);
            }
            throw new TemplateException(kind(item) + " is looked for in a text");
        }
        if (container instanceof Map<?, ?> mapping) {
            return mapping.containsKey(item);
        }
        return items(container).stream().anyMatch(other -> equal(other, item));
    }

    /** What a loop runs over: the items of a list, the keys of a mapping, the characters of a text. */
    public static List<?> items(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        if (value instanceof Map<?, ?> mapping) {
            return new ArrayList<>(mapping.keySet());
        }
        if (value instanceof String text) {
            return text.codePoints().mapToObj(Character::toString).toList();
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        throw new TemplateException(kind(value) + " has no items to run over");
    }

    /** Pairs of key and value. */
    public static List<?> pairs(Map<?, ?> mapping) {
        return mapping.entrySet().stream()
                .map(entry -> Arrays.asList(entry.getKey(), entry.getValue()))
                .toList();
    }

    public static long length(@Nullable Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List || value instanceof Map || value instanceof Undefined) {
            return value instanceof Map<?, ?> mapping
                    ? mapping.size()
                    : items(value).size();
        }
        throw new TemplateException(kind(value) + " has no length");
    }

    /** For messages. */
    public static String kind(@Nullable Object value) {
        if (value == null) {
            return "none";
        }
        if (value instanceof Undefined undefined) {
            return "a value that is undefined ('" + undefined.name() + "')";
        }
        if (value instanceof String) {
            return "a text";
        }
        if (value instanceof Boolean) {
            return "a truth value";
        }
        if (value instanceof Number) {
            return "a number";
        }
        return value instanceof List ? "a list" : value instanceof Map ? "a mapping" : "a function";
    }
}
