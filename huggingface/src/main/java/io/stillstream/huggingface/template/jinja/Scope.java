package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.Undefined;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variables that a statement sees: its own, and those around it. */
final class Scope {

    private final @Nullable Scope parent;
    private final Map<String, @Nullable Object> variables;
    private final Budget budget;

    private Scope(@Nullable Scope parent, Map<String, @Nullable Object> variables, Budget budget) {
        this.parent = parent;
        this.variables = variables;
        this.budget = budget;
    }

    static Scope of(Map<String, @Nullable Object> variables, Budget budget) {
        return new Scope(null, new HashMap<>(variables), budget);
    }

    Scope inner() {
        return new Scope(this, new HashMap<>(), budget);
    }

    @Nullable
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return new Undefined(name);
    }

    void put(String name, @Nullable Object value) {
        variables.put(name, value);
    }

    Budget budget() {
        return budget;
    }
}
