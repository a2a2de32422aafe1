package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonOperators;
import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.PythonValues;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Undefined;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a template can ask of a value with {@code is}. */
final class Tests {

    private Tests() {}

    static boolean holds(String test, @Nullable Object value, Arguments arguments, Budget budget) {
        budget.step();
        budget.read(value);
        return switch (test) {
            case "defined" -> !(value instanceof Undefined);
            case "undefined" -> value instanceof Undefined;
            case "none" -> value == null;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "string" -> value instanceof String;
            case "mapping" -> value instanceof Map;
            case "number" -> PythonValues.numeric(value);
            case "integer" -> value instanceof Long || value instanceof BigInteger;
            case "float" -> value instanceof Double;
            case "callable" -> value instanceof Callable;
            case "iterable", "sequence" ->
                value instanceof List || value instanceof Map || value instanceof String || value instanceof Undefined;
            case "even" -> remainder(value, 2L).equals(0L);
            case "odd" -> remainder(value, 2L).equals(1L);
            case "divisibleby" -> remainder(value, argument(arguments, test)).equals(0L);
            case "lower" -> PythonText.of(value).equals(PythonText.of(value).toLowerCase(Locale.ROOT));
            case "upper" -> PythonText.of(value).equals(PythonText.of(value).toUpperCase(Locale.ROOT));
            case "in" -> Expressions.Comparison.holds("in", value, argument(arguments, test), budget);
            case "sameas" ->
                (value instanceof List || value instanceof Map)
                        ? value == argument(arguments, test)
                        : Objects.equals(value, argument(arguments, test));
            case "eq", "equalto", "==" -> compared("==", value, arguments, budget);
            case "ne", "!=" -> compared("!=", value, arguments, budget);
            case "lt", "lessthan", "<" -> compared("<", value, arguments, budget);
            case "le", "<=" -> compared("<=", value, arguments, budget);
            case "gt", "greaterthan", ">" -> compared(">", value, arguments, budget);
            case "ge", ">=" -> compared(">=", value, arguments, budget);
            default -> throw new TemplateException("the test '" + test + "' is unknown");
        };
    }

    private static boolean compared(String operator, @Nullable Object value, Arguments arguments, Budget budget) {
        return Expressions.Comparison.holds(operator, value, argument(arguments, operator), budget);
    }

    private static Object remainder(@Nullable Object value, @Nullable Object divisor) {
        return PythonOperators.apply("%", value, divisor);
    }

    private static @Nullable Object argument(Arguments arguments, String test) {
        if (arguments.positional().size() != 1) {
            throw new TemplateException("the test '" + test + "' expects one argument");
        }
        return arguments.positional().get(0);
    }
}
