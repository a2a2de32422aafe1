package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.PythonText;
import io.stillstream.huggingface.template.python.PythonValues;
import io.stillstream.huggingface.template.python.TemplateException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The kinds of statements. */
final class Statements {

    private Statements() {}

    /** Statements one after the other. */
    record Body(List<Statement> statements) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            for (Statement statement : statements) {
                scope.budget().step();
                Flow flow = statement.run(scope, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        }

        /** What it prints, as a value. */
        Object captured(Scope scope) {
            Output out = new Output();
            run(scope, out);
            return Objects.requireNonNull(scope.budget().made(out.toString()));
        }
    }

    record Text(String text) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            out.append(text);
            return Flow.NEXT;
        }
    }

    record Print(Expression value) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            out.append(PythonText.of(value.evaluate(scope)));
            return Flow.NEXT;
        }
    }

    record Jump(Flow flow) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            return flow;
        }
    }

    /** The body of the first condition that holds, or the one after all of them. */
    record If(List<Expression> conditions, List<Body> bodies) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            for (int i = 0; i < conditions.size(); i++) {
                if (PythonValues.truth(conditions.get(i).evaluate(scope))) {
                    return bodies.get(i).run(scope, out);
                }
            }
            return bodies.size() > conditions.size()
                    ? bodies.get(conditions.size()).run(scope, out)
                    : Flow.NEXT;
        }
    }

    /** A loop. What is set in one turn is not seen in the next. Without a whole turn, what is after {@code else} is run. */
    record For(
            Target target,
            Expression items,
            @Nullable Expression condition,
            Body body,
            @Nullable Body otherwise) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            List<?> kept = kept(scope);
            int depth = scope.get("loop") instanceof LoopState around ? around.depth() + 1 : 1;
            boolean whole = false;
            for (int i = 0; i < kept.size(); i++) {
                scope.budget().step();
                Scope turn = scope.inner();
                turn.put("loop", new LoopState(kept, i, depth));
                target.assign(turn, kept.get(i));
                Flow flow = body.run(turn, out);
                // As in Jinja2, a turn that continue or break leaves does not count.
                whole |= flow == Flow.NEXT;
                if (flow == Flow.BREAK) {
                    break;
                }
            }
            return whole || otherwise == null ? Flow.NEXT : otherwise.run(scope.inner(), out);
        }

        private List<?> kept(Scope scope) {
            List<?> all = PythonValues.items(items.evaluate(scope));
            if (condition == null) {
                return all;
            }
            List<Object> kept = new ArrayList<>();
            for (Object item : all) {
                scope.budget().step();
                Scope turn = scope.inner();
                target.assign(turn, item);
                if (PythonValues.truth(condition.evaluate(turn))) {
                    kept.add(item);
                }
            }
            return kept;
        }
    }

    /** What a value is assigned to: names, or one attribute of a namespace. */
    record Target(List<String> names, @Nullable String attribute) {

        void assign(Scope scope, @Nullable Object value) {
            if (attribute != null) {
                if (!(scope.get(names.get(0)) instanceof Namespace namespace)) {
                    throw new TemplateException(
                            "'" + names.get(0) + "." + attribute + "' is set, which is no attribute of a namespace");
                }
                namespace.values().put(attribute, value);
            } else if (names.size() == 1) {
                scope.put(names.get(0), value);
            } else {
                List<?> parts = PythonValues.items(value);
                if (parts.size() != names.size()) {
                    throw new TemplateException(names + " are assigned a value of " + parts.size() + " parts");
                }
                for (int i = 0; i < names.size(); i++) {
                    scope.put(names.get(i), parts.get(i));
                }
            }
        }
    }

    record Set(Target target, Expression value) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            target.assign(scope, value.evaluate(scope));
            return Flow.NEXT;
        }
    }

    /** A value made of what a body prints. */
    record SetBody(Target target, Body body, List<Expressions.Filtered> filters) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            target.assign(scope, filtered(body.captured(scope.inner()), filters, scope));
            return Flow.NEXT;
        }

        static @Nullable Object filtered(@Nullable Object value, List<Expressions.Filtered> filters, Scope scope) {
            Object result = value;
            for (Expressions.Filtered filter : filters) {
                result = new Expressions.Filtered(new Expressions.Literal(result), filter.filter(), filter.arguments())
                        .evaluate(scope);
            }
            return result;
        }
    }

    record FilterBody(Body body, List<Expressions.Filtered> filters) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            out.append(PythonText.of(SetBody.filtered(body.captured(scope.inner()), filters, scope)));
            return Flow.NEXT;
        }
    }

    record With(List<Target> targets, List<Expression> values, Body body) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            Scope inner = scope.inner();
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inner, values.get(i).evaluate(scope));
            }
            return body.run(inner, out);
        }
    }

    record DefineMacro(String name, Macro.Parameters parameters, Body body) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            scope.put(name, new Macro(name, parameters, body, scope));
            return Flow.NEXT;
        }
    }

    /** Calls a macro with the body as its {@code caller}. */
    record CallWithBody(Expression call, Macro.Parameters parameters, Body body) implements Statement {

        @Override
        public Flow run(Scope scope, Output out) {
            if (!(call instanceof Expressions.Call given)) {
                throw new TemplateException("a call block calls no macro");
            }
            if (!(given.function().evaluate(scope) instanceof Callable callable)) {
                throw new TemplateException("a call block calls a value that is no macro");
            }
            Arguments arguments = given.arguments().evaluate(scope);
            Map<String, @Nullable Object> named = new LinkedHashMap<>(arguments.named());
            named.put(Macro.CALLER, new Macro(Macro.CALLER, parameters, body, scope));
            out.append(PythonText.of(callable.call(new Arguments(arguments.positional(), named), scope.budget())));
            return Flow.NEXT;
        }
    }
}
