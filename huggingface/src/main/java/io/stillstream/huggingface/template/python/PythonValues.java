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

    private static final int MOST_ITEMS = 1 << 20;

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

    public static boolean equal(@Nullable Object left, @Nullable Object right, Work work) {
        work.done(1);
        if (numeric(left) && numeric(right)) {
            return compareNumbers(left, right) == 0;
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            if (first.size() != second.size()) {
                return false;
            }
            for (int i = 0; i < first.size(); i++) {
                if (!same(first.get(i), second.get(i), work)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Map<?, ?> first && right instanceof Map<?, ?> second) {
            return first.size() == second.size()
                    && first.keySet().stream()
                            .allMatch(key -> second.containsKey(key) && same(first.get(key), second.get(key), work));
        }
        if (left instanceof String text) {
            work.done(text.length());
        }
        return Objects.equals(left, right);
    }

    /** As Python compares what lists and mappings hold: a value is the same as itself, whatever it holds. */
    private static boolean same(@Nullable Object left, @Nullable Object right, Work work) {
        return (left == right && left != null) || equal(left, right, work);
    }

    /** Below, at or above 0, for two numbers or two texts. */
    public static int compare(@Nullable Object left, @Nullable Object right, Work work) {
        work.done(1);
        if (numeric(left) && numeric(right)) {
            return compareNumbers(left, right);
        }
        if (left instanceof String first && right instanceof String second) {
            work.done((long) first.length() + second.length());
            return Arrays.compare(
                    first.codePoints().toArray(), second.codePoints().toArray());
        }
        if (left instanceof List<?> first && right instanceof List<?> second) {
            for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                if (!same(first.get(i), second.get(i), work)) {
                    return compare(first.get(i), second.get(i), work);
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
        if (first instanceof Long whole && second instanceof Long other) {
            return Long.compare(whole, other);
        }
        double a = ((Number) Objects.requireNonNull(first)).doubleValue();
        double b = ((Number) Objects.requireNonNull(second)).doubleValue();
        if ((first instanceof Double && second instanceof Double) || !Double.isFinite(a) || !Double.isFinite(b)) {
            // What is no number is not equal to itself either.
            return a == b ? 0 : a < b ? -1 : 1;
        }
        return new BigDecimal(String.valueOf(first)).compareTo(new BigDecimal(String.valueOf(second)));
    }

    /** {@code item in container}. */
    public static boolean contains(@Nullable Object container, @Nullable Object item, Work work) {
        if (container instanceof String text) {
            if (item instanceof String part) {
                return text.contains(part);
            }
            throw new TemplateException(kind(item) + " is looked for in a text");
        }
        if (container instanceof Map<?, ?> mapping) {
            return mapping.containsKey(requireHashable(item));
        }
        return items(container).stream().anyMatch(other -> same(other, item, work));
    }

    /** A key of a mapping: a list of lists, whose hash may take for ever, is none. */
    public static @Nullable Object requireHashable(@Nullable Object key) {
        boolean hashable = key instanceof List<?> list
                ? list.stream().noneMatch(item -> item instanceof List || item instanceof Map)
                : !(key instanceof Map);
        if (!hashable) {
            throw new TemplateException(kind(key) + " is used as a key of a mapping");
        }
        return key;
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
            requireItems(text.length());
            return text.codePoints().mapToObj(Character::toString).toList();
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        throw new TemplateException(kind(value) + " has no items to run over");
    }

    /** @throws TemplateException when a list would have more items than any template needs */
    static void requireItems(long count) {
        if (count > MOST_ITEMS) {
            throw new TemplateException("a list grows beyond the bound of " + MOST_ITEMS + " items");
        }
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
