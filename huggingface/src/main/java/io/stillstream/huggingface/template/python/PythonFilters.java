package io.stillstream.huggingface.template.python;

import com.hubspot.jinjava.lib.filter.Filter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters that jinjava lacks or that behave differently there. */
public final class PythonFilters {

    private static final List<String> LIKE_METHODS = List.of("upper", "lower", "capitalize");

    private PythonFilters() {}

    public static List<Filter> all() {
        List<Filter> filters = new ArrayList<>(List.of(
                new PythonFilter("tojson", PythonJson::of),
                new PythonFilter(
                        "trim", (value, arguments, named) -> StringMethods.call(text(value), "strip", arguments)),
                new PythonFilter("length", (value, arguments, named) -> length(value)),
                new PythonFilter("count", (value, arguments, named) -> length(value)),
                new PythonFilter("string", (value, arguments, named) -> PythonText.of(value)),
                new PythonFilter("safe", (value, arguments, named) -> value),
                new PythonFilter("items", (value, arguments, named) -> PythonValues.items(mapping(value))),
                new PythonFilter("first", (value, arguments, named) -> item(value, 0)),
                new PythonFilter("last", (value, arguments, named) -> item(value, -1)),
                new PythonFilter("reverse", (value, arguments, named) -> reversed(value))));
        LIKE_METHODS.forEach(name -> filters.add(
                new PythonFilter(name, (value, arguments, named) -> StringMethods.call(text(value), name))));
        return filters;
    }

    private static String text(@Nullable Object value) {
        return PythonText.of(value);
    }

    private static Map<?, ?> mapping(@Nullable Object value) {
        if (value instanceof Map<?, ?> mapping) {
            return mapping;
        }
        throw new TemplateException("the filter 'items' expects a mapping");
    }

    private static long length(@Nullable Object value) {
        if (value instanceof String text) {
            return text.codePointCount(0, text.length());
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof Map<?, ?> mapping) {
            return mapping.size();
        }
        if (value == null) {
            return 0;
        }
        throw new TemplateException("the filter 'length' expects a text, a list or a mapping");
    }

    private static @Nullable Object item(@Nullable Object value, int index) {
        if (value instanceof String || value instanceof List) {
            return PythonValues.item(value, index);
        }
        throw new TemplateException("the filters 'first' and 'last' expect a text or a list");
    }

    private static Object reversed(@Nullable Object value) {
        if (value instanceof String text) {
            return new StringBuilder(text).reverse().toString();
        }
        if (value instanceof List<?> list) {
            List<Object> reversed = new ArrayList<>(list);
            Collections.reverse(reversed);
            return reversed;
        }
        throw new TemplateException("the filter 'reverse' expects a text or a list");
    }
}
