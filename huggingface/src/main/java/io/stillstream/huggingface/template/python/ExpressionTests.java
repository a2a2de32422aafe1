package io.stillstream.huggingface.template.python;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tests that behave differently in jinjava: in Python a text is iterable and a sequence. */
public final class ExpressionTests {

    private ExpressionTests() {}

    public static List<ExpTest> all() {
        return List.of(
                new PredicateTest(
                        "iterable",
                        value -> value instanceof Iterable || value instanceof Map || value instanceof String),
                new PredicateTest(
                        "sequence", value -> value instanceof List || value instanceof Map || value instanceof String));
    }

    private record PredicateTest(String name, Predicate<@Nullable Object> predicate) implements ExpTest {

        @Override
        public String getName() {
            return name;
        }

        @Override
        public boolean evaluate(@Nullable Object value, JinjavaInterpreter interpreter, Object... arguments) {
            return predicate.test(value);
        }
    }
}
