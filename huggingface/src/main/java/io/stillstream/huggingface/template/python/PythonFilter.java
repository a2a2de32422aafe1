package io.stillstream.huggingface.template.python;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A filter that is a function of its value and its named arguments. */
final class PythonFilter implements Filter {

    /** What it does. */
    @FunctionalInterface
    interface Function {

        @Nullable
        Object apply(@Nullable Object value, Object[] arguments, Map<String, Object> named);
    }

    private final String name;
    private final Function function;

    PythonFilter(String name, Function function) {
        this.name = name;
        this.function = function;
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public @Nullable Object filter(
            @Nullable Object value, JinjavaInterpreter interpreter, Object[] arguments, Map<String, Object> named) {
        return function.apply(value, arguments, named);
    }

    @Override
    public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... arguments) {
        return function.apply(value, arguments, Map.of());
    }
}
