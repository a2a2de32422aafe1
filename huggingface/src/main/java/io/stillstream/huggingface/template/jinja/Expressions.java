package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonOperators;
import io.stillstream.huggingface.template.python.PythonSlice;
import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.PythonValues;
import io.stillstream.huggingface.template.python.TemplateException;
import io.stillstream.huggingface.template.python.Undefined;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of expressions. */
final class Expressions {

    private Expressions() {}

    record Literal(@Nullable Object value) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            return value;
        }
    }

    record Name(String name) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            return scope.get(name);
        }
    }

    record ListOf(List<Expression> items) implements Expression {

        @Override
        public Object evaluate(Scope scope) {
            List<@Nullable Object> values = new ArrayList<>();
            items.forEach(item -> values.add(item.evaluate(scope)));
            return values;
        }
    }

    record MappingOf(List<Expression> keys, List<Expression> values) implements Expression {

        @Override
        public Object evaluate(Scope scope) {
            Map<@Nullable Object, @Nullable Object> mapping = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                mapping.put(
                        PythonValues.requireHashable(keys.get(i).evaluate(scope)),
                        values.get(i).evaluate(scope));
            }
            return mapping;
        }
    }

    record Attribute(Expression value, String name) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Attributes.attribute(value.evaluate(scope), name);
        }
    }

    record Item(Expression value, Expression key) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object read = value.evaluate(scope);
            if (read instanceof String) {
                scope.budget().read(read);
            }
            return Attributes.item(read, key.evaluate(scope));
        }
    }

    /** {@code value[start:stop:step]}; a bound that is not there is null. */
    record Slice(
            Expression value,
            @Nullable Expression start,
            @Nullable Expression stop,
            @Nullable Expression step) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object sliced = value.evaluate(scope);
            if (sliced instanceof Undefined undefined) {
                throw undefined.used();
            }
            scope.budget().read(sliced);
            return scope.budget()
                    .made(PythonSlice.of(sliced, bound(start, scope), bound(stop, scope), bound(step, scope)));
        }

        private static @Nullable Object bound(@Nullable Expression bound, Scope scope) {
            return bound == null ? null : bound.evaluate(scope);
        }
    }

    record Arithmetic(String operator, Expression left, Expression right) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            return scope.budget().made(PythonOperators.apply(operator, left.evaluate(scope), right.evaluate(scope)));
        }
    }

    record Negation(Expression value) implements Expression {

        @Override
        public Object evaluate(Scope scope) {
            return PythonOperators.negated(value.evaluate(scope));
        }
    }

    /** {@code a ~ b ~ c}. */
    record Concatenation(List<Expression> parts) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            StringBuilder out = new StringBuilder();
            for (Expression part : parts) {
                String text = PythonText.of(part.evaluate(scope));
                PythonText.requireLength((long) out.length() + text.length());
                out.append(text);
            }
            return scope.budget().made(out.toString());
        }
    }

    record Not(Expression value) implements Expression {

        @Override
        public Object evaluate(Scope scope) {
            return !PythonValues.truth(value.evaluate(scope));
        }
    }

    /** {@code and}, {@code or}: one of the operands, as in Python. */
    record Either(boolean or, Expression left, Expression right) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object first = left.evaluate(scope);
            return PythonValues.truth(first) == or ? first : right.evaluate(scope);
        }
    }

    /** A chain of comparisons, each with the next. */
    record Comparison(List<Expression> operands, List<String> operators) implements Expression {

        @Override
        public Object evaluate(Scope scope) {
            Object left = operands.get(0).evaluate(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = operands.get(i + 1).evaluate(scope);
                if (!holds(operators.get(i), left, right, scope.budget())) {
                    return false;
                }
                left = right;
            }
            return true;
        }

        static boolean holds(String operator, @Nullable Object left, @Nullable Object right, Budget budget) {
            if (operator.endsWith("in")) {
                budget.search(right, left);
            }
            return switch (operator) {
                case "==" -> PythonValues.equal(left, right, budget);
                case "!=" -> !PythonValues.equal(left, right, budget);
                case "in" -> PythonValues.contains(right, left, budget);
                case "not in" -> !PythonValues.contains(right, left, budget);
                case "<" -> PythonValues.compare(left, right, budget) < 0;
                case "<=" -> PythonValues.compare(left, right, budget) <= 0;
                case ">" -> PythonValues.compare(left, right, budget) > 0;
                default -> PythonValues.compare(left, right, budget) >= 0;
            };
        }
    }

    record Conditional(
            Expression condition, Expression then, @Nullable Expression otherwise) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            if (PythonValues.truth(condition.evaluate(scope))) {
                return then.evaluate(scope);
            }
            return otherwise == null ? new Undefined("the value of an if without else") : otherwise.evaluate(scope);
        }
    }

    /** The arguments of a call as the template has them. */
    record ArgumentList(List<Expression> positional, Map<String, Expression> named) {

        Arguments evaluate(Scope scope) {
            List<@Nullable Object> values = new ArrayList<>();
            positional.forEach(argument -> values.add(argument.evaluate(scope)));
            Map<String, @Nullable Object> byName = new LinkedHashMap<>();
            named.forEach((name, argument) -> byName.put(name, argument.evaluate(scope)));
            return new Arguments(values, byName);
        }
    }

    record Call(Expression function, ArgumentList arguments) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object called = function.evaluate(scope);
            if (called instanceof Undefined undefined) {
                throw undefined.used();
            }
            if (!(called instanceof Callable callable)) {
                throw new TemplateException(PythonValues.kind(called) + " is called, which is no function");
            }
            scope.budget().step();
            return scope.budget().made(callable.call(arguments.evaluate(scope), scope.budget()));
        }
    }

    record Filtered(Expression value, String filter, ArgumentList arguments) implements Expression {

        @Override
        public @Nullable Object evaluate(Scope scope) {
            scope.budget().step();
            return scope.budget()
                    .made(Filters.apply(filter, value.evaluate(scope), arguments.evaluate(scope), scope.budget()));
        }
    }

    record Tested(Expression value, String test, ArgumentList arguments) implements Expression {

        @Override
        public Object evaluate(Scope scope) {
            return Tests.holds(test, value.evaluate(scope), arguments.evaluate(scope), scope.budget());
        }
    }
}
