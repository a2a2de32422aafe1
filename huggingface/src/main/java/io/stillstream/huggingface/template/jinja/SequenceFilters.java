package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonOperators;
import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.PythonValues;
import io.stillstream.huggingface.template.python.StringMethods;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters of lists. */
final class SequenceFilters {

    private static final Pattern DOT = Pattern.compile("\\.");

    private SequenceFilters() {}

    static @Nullable Object apply(String filter, @Nullable Object value, Arguments arguments, Budget budget) {
        return switch (filter) {
            case "first" -> end(PythonValues.items(value), 0, filter);
            case "last" -> end(PythonValues.items(value), -1, filter);
            case "reverse" -> reversed(value);
            case "join" -> joined(value, arguments, budget);
            case "map" -> mapped(value, arguments, budget);
            case "select" -> kept(value, arguments, false, true, budget);
            case "reject" -> kept(value, arguments, false, false, budget);
            case "selectattr" -> kept(value, arguments, true, true, budget);
            case "rejectattr" -> kept(value, arguments, true, false, budget);
            case "sort" -> sorted(value, arguments, budget);
            case "dictsort" -> sorted(Filters.apply("items", value, Arguments.NONE, budget), Arguments.NONE, budget);
            case "unique" -> unique(value, arguments, budget);
            case "sum" -> sum(value, arguments, budget);
            case "min", "max" -> {
                List<?> sorted = sorted(value, arguments, budget);
                yield end(sorted, filter.equals("min") ? 0 : -1, filter);
            }
            default -> throw new TemplateException("the filter '" + filter + "' is unknown");
        };
    }

    private static @Nullable Object end(List<?> items, int index, String filter) {
        return items.isEmpty() ? new Undefined(filter) : items.get(index < 0 ? items.size() - 1 : index);
    }

    private static Object reversed(@Nullable Object value) {
        if (value instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        List<Object> reversed = new ArrayList<>(PythonValues.items(value));
        Collections.reverse(reversed);
        return reversed;
    }

    private static Object joined(@Nullable Object value, Arguments arguments, Budget budget) {
        arguments.require("the filter 'join'", "d", "attribute");
        Object attribute = arguments.get(1, "attribute", null);
        List<String> texts = PythonValues.items(value).stream()
                .map(item -> PythonText.of(attribute == null ? item : attribute(item, attribute, budget)))
                .toList();
        return StringMethods.call(PythonText.of(arguments.get(0, "d", "")), "join", texts);
    }

    private static List<@Nullable Object> mapped(@Nullable Object value, Arguments arguments, Budget budget) {
        List<@Nullable Object> mapped = new ArrayList<>();
        for (Object item : PythonValues.items(value)) {
            if (arguments.positional().isEmpty()) {
                Object read = attribute(item, arguments.get(0, "attribute", ""), budget);
                boolean missing = read instanceof Undefined && arguments.named().containsKey("default");
                mapped.add(missing ? arguments.named().get("default") : read);
            } else {
                mapped.add(budget.made(
                        Filters.apply(PythonText.of(arguments.positional().get(0)), item, arguments.from(1), budget)));
            }
        }
        return mapped;
    }

    private static List<Object> kept(
            @Nullable Object value, Arguments arguments, boolean ofAttribute, boolean keep, Budget budget) {
        List<Object> kept = new ArrayList<>();
        Arguments tested = ofAttribute ? arguments.from(1) : arguments;
        for (Object item : PythonValues.items(value)) {
            Object subject =
                    ofAttribute ? attribute(item, arguments.positional().get(0), budget) : item;
            boolean holds = tested.positional().isEmpty()
                    ? PythonValues.truth(subject)
                    : Tests.holds(PythonText.of(tested.positional().get(0)), subject, tested.from(1), budget);
            if (holds == keep) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static List<Object> sorted(@Nullable Object value, Arguments arguments, Budget budget) {
        Object attribute = arguments.named().get("attribute");
        boolean cased = PythonValues.truth(arguments.get(1, "case_sensitive", false));
        Comparator<@Nullable Object> order = (left, right) ->
                PythonValues.compare(key(left, attribute, cased, budget), key(right, attribute, cased, budget), budget);
        List<Object> sorted = new ArrayList<>(PythonValues.items(value));
        sorted.sort(PythonValues.truth(arguments.get(0, "reverse", false)) ? order.reversed() : order);
        return sorted;
    }

    private static List<Object> unique(@Nullable Object value, Arguments arguments, Budget budget) {
        Object attribute = arguments.get(1, "attribute", null);
        boolean cased = PythonValues.truth(arguments.get(0, "case_sensitive", false));
        List<@Nullable Object> seen = new ArrayList<>();
        List<Object> unique = new ArrayList<>();
        for (Object item : PythonValues.items(value)) {
            Object key = key(item, attribute, cased, budget);
            if (!PythonValues.contains(seen, key, budget)) {
                seen.add(key);
                unique.add(item);
            }
        }
        return unique;
    }

    private static @Nullable Object key(
            @Nullable Object item, @Nullable Object attribute, boolean cased, Budget budget) {
        Object key = attribute == null ? item : attribute(item, attribute, budget);
        if (key instanceof List<?> pair && !pair.isEmpty() && pair.get(0) instanceof String) {
            key = pair.get(0);
        }
        if (!cased) {
            budget.read(key);
        }
        return key instanceof String text && !cased ? text.toLowerCase(Locale.ROOT) : key;
    }

    private static @Nullable Object sum(@Nullable Object value, Arguments arguments, Budget budget) {
        Object attribute = arguments.get(0, "attribute", null);
        Object sum = arguments.get(1, "start", 0L);
        for (Object item : PythonValues.items(value)) {
            sum = budget.made(
                    PythonOperators.apply("+", sum, attribute == null ? item : attribute(item, attribute, budget)));
        }
        return sum;
    }

    /** {@code a.b.0}: an attribute of an attribute. */
    private static @Nullable Object attribute(@Nullable Object item, @Nullable Object path, Budget budget) {
        budget.step();
        budget.read(path);
        if (path instanceof Long) {
            return Attributes.item(item, path);
        }
        Object value = item;
        for (String part : DOT.split(PythonText.of(path), -1)) {
            boolean index = !part.isEmpty() && part.chars().allMatch(Character::isDigit);
            value = Attributes.item(value, index ? (Object) Long.valueOf(part) : part);
        }
        return value;
    }
}
