package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonJson;
import io.stillstream.huggingface.template.python.PythonNumbers;
import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.PythonValues;
import io.stillstream.huggingface.template.python.StringMethods;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Undefined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filters of Jinja2 that chat templates use, and transformers' {@code tojson}. */
final class Filters {

    private static final long INDENT = 4;

    private Filters() {}

    static @Nullable Object apply(String filter, @Nullable Object value, Arguments arguments, Budget budget) {
        budget.step();
        budget.read(value);
        arguments.positional().forEach(argument -> budget.search(value, argument));
        arguments.named().values().forEach(argument -> budget.search(value, argument));
        return switch (filter) {
            case "tojson" -> json(value, arguments);
            case "trim" -> method(value, "strip", arguments);
            case "upper", "lower", "capitalize", "title" -> method(value, filter, Arguments.NONE);
            case "replace" -> replaced(PythonText.of(value), arguments);
            case "indent" -> indented(PythonText.of(value), arguments);
            case "string" -> PythonText.of(value);
            case "safe" -> value;
            case "length", "count" -> PythonValues.length(value);
            case "wordcount" -> PythonValues.length(StringMethods.call(PythonText.of(value), "split"));
            case "default", "d" -> defaulted(value, arguments);
            case "items" -> items(value);
            case "list" -> new ArrayList<>(PythonValues.items(value));
            case "abs", "int", "float", "round" -> PythonNumbers.filter(filter, value, arguments.array(filter));
            case "attr" -> Attributes.attribute(value, PythonText.of(arguments.get(0, "name", "")));
            default -> SequenceFilters.apply(filter, value, arguments, budget);
        };
    }

    private static Object method(@Nullable Object value, String method, Arguments arguments) {
        return StringMethods.call(PythonText.of(value), method, arguments.array("the filter 'trim'"));
    }

    private static String json(@Nullable Object value, Arguments arguments) {
        arguments.require("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        Object indent = arguments.get(1, "indent", null);
        if (indent instanceof Long spaces) {
            PythonText.requireLength(spaces);
        }
        String unit = indent instanceof Long spaces
                ? " ".repeat((int) Math.max(0, spaces))
                : indent == null ? null : PythonText.of(indent);
        Object separators = arguments.get(2, "separators", null);
        return new PythonJson(
                        PythonValues.truth(arguments.get(0, "ensure_ascii", false)),
                        unit,
                        separators instanceof List<?> pair && pair.size() == 2 ? pair : null,
                        PythonValues.truth(arguments.get(3, "sort_keys", false)))
                .of(value);
    }

    private static Object replaced(String text, Arguments arguments) {
        arguments.require("the filter 'replace'", "old", "new", "count");
        String old = PythonText.of(arguments.get(0, "old", ""));
        String with = PythonText.of(arguments.get(1, "new", ""));
        return arguments.get(2, "count", null) instanceof Long count
                ? StringMethods.call(text, "replace", old, with, count)
                : StringMethods.call(text, "replace", old, with);
    }

    private static String indented(String text, Arguments arguments) {
        arguments.require("the filter 'indent'", "width", "first", "blank");
        Object width = arguments.get(0, "width", INDENT);
        if (width instanceof Long spaces) {
            PythonText.requireLength(spaces);
        }
        String unit = width instanceof Long spaces ? " ".repeat((int) Math.max(0, spaces)) : PythonText.of(width);
        boolean blank = PythonValues.truth(arguments.get(2, "blank", false));
        StringBuilder out = new StringBuilder(PythonValues.truth(arguments.get(1, "first", false)) ? unit : "");
        List<String> lines = StringMethods.lines(text + "\n");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            PythonText.requireLength((long) out.length() + unit.length() + line.length());
            out.append(i == 0 ? "" : "\n")
                    .append(i > 0 && (blank || !line.isEmpty()) ? unit : "")
                    .append(line);
        }
        return out.toString();
    }

    private static @Nullable Object defaulted(@Nullable Object value, Arguments arguments) {
        arguments.require("the filter 'default'", "default_value", "boolean");
        boolean missing = value instanceof Undefined
                || (PythonValues.truth(arguments.get(1, "boolean", false)) && !PythonValues.truth(value));
        return missing ? arguments.get(0, "default_value", "") : value;
    }

    private static Object items(@Nullable Object value) {
        if (value instanceof Map<?, ?> mapping) {
            return PythonValues.pairs(mapping);
        }
        if (value instanceof Undefined) {
            return List.of();
        }
        throw new TemplateException("the filter 'items' is given " + PythonValues.kind(value) + ", no mapping");
    }
}
