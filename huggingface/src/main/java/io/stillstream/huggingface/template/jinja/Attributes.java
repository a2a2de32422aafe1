package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonValues;
import io.stillstream.huggingface.template.python.StringMethods;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a template reads from a value: {@code value.name} and {@code value[key]}. No Java method or field is ever looked up by
 * name, so that a template cannot reach beyond its data.
 */
final class Attributes {

    private static final Set<String> MAPPING_METHODS = Set.of("items", "keys", "values", "get", "copy");
    private static final Set<String> LIST_METHODS = Set.of("index", "count", "copy");
    private static final Set<String> CHANGES = Set.of(
            "append",
            "clear",
            "extend",
            "insert",
            "pop",
            "popitem",
            "remove",
            "reverse",
            "setdefault",
            "sort",
            "update");

    private Attributes() {}

    /** A method comes before an entry of that name, as in Jinja2. */
    static @Nullable Object attribute(@Nullable Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (name.startsWith("__")) {
            throw new TemplateException("the attribute '" + name + "' is not safe");
        }
        Object method = method(value, name);
        if (method != null) {
            return method;
        }
        if (value instanceof Map<?, ?> mapping) {
            return mapping.containsKey(name) ? mapping.get(name) : new Undefined(name);
        }
        return other(value, name);
    }

    /** An entry comes before a method of that name, as in Jinja2. */
    static @Nullable Object item(@Nullable Object value, @Nullable Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.used();
        }
        if (value instanceof Map<?, ?> mapping && mapping.containsKey(PythonValues.requireHashable(key))) {
            return mapping.get(key);
        }
        if (key instanceof Long index && value instanceof String text) {
            long count = PythonValues.length(text);
            long at = index < 0 ? index + count : index;
            return at >= 0 && at < count
                    ? Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at)))
                    : new Undefined(String.valueOf(index));
        }
        if (key instanceof Long index && value instanceof List<?> items) {
            long at = index < 0 ? index + items.size() : index;
            return at >= 0 && at < items.size() ? items.get((int) at) : new Undefined(String.valueOf(index));
        }
        if (key instanceof String name) {
            return value instanceof Map && method(value, name) == null ? new Undefined(name) : attribute(value, name);
        }
        return new Undefined(String.valueOf(key));
    }

    private static @Nullable Object other(@Nullable Object value, String name) {
        if (value instanceof Namespace namespace) {
            return namespace.values().containsKey(name) ? namespace.values().get(name) : new Undefined(name);
        }
        return value instanceof LoopState loop ? loop.get(name) : new Undefined(name);
    }

    private static @Nullable Callable method(@Nullable Object value, String name) {
        if (value instanceof String text && StringMethods.has(name)) {
            return (arguments, budget) -> {
                Object[] given = arguments.array("the method '" + name + "'");
                budget.read(text);
                for (Object argument : given) {
                    budget.search(text, argument);
                    budget.read(argument);
                }
                return StringMethods.call(text, name, given);
            };
        }
        if ((value instanceof Map || value instanceof List) && CHANGES.contains(name)) {
            return (arguments, budget) -> {
                throw new TemplateException("the method '" + name + "' would change a value, which is not safe");
            };
        }
        if (value instanceof Map<?, ?> mapping && MAPPING_METHODS.contains(name)) {
            return (arguments, budget) -> mappingMethod(mapping, name, arguments);
        }
        if (value instanceof List<?> list && LIST_METHODS.contains(name)) {
            return (arguments, budget) -> listMethod(list, name, arguments, budget);
        }
        return null;
    }

    private static @Nullable Object mappingMethod(Map<?, ?> mapping, String method, Arguments arguments) {
        return switch (method) {
            case "items" -> PythonValues.pairs(mapping);
            case "keys" -> new ArrayList<>(mapping.keySet());
            case "values" -> new ArrayList<>(mapping.values());
            case "copy" -> new LinkedHashMap<>(mapping);
            default -> {
                Object key = PythonValues.requireHashable(arguments.get(0, "key", null));
                yield mapping.containsKey(key) ? mapping.get(key) : arguments.get(1, "default", null);
            }
        };
    }

    private static Object listMethod(List<?> list, String method, Arguments arguments, Budget budget) {
        Object item = arguments.get(0, "value", null);
        if (method.equals("copy")) {
            return new ArrayList<>(list);
        }
        if (method.equals("count")) {
            return list.stream()
                    .filter(other -> PythonValues.equal(other, item, budget))
                    .count();
        }
        for (int i = 0; i < list.size(); i++) {
            if (PythonValues.equal(list.get(i), item, budget)) {
                return (long) i;
            }
        }
        throw new TemplateException("the method 'index' does not find the value");
    }
}
