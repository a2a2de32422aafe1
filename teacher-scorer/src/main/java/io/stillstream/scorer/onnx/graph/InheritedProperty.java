package io.stillstream.scorer.onnx.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A property of a graph's values: one has it by itself, or because all values that it is computed from have it. Each value
 * is looked at once and without recursion, so that neither a long chain of nodes nor one that divides again and again
 * costs more than its number of nodes. A value that is computed from itself does not have the property.
 */
final class InheritedProperty {

    /** What a value's own node says. */
    sealed interface Own {

        Own YES = new Known(true);
        Own NO = new Known(false);

        static Own as(List<String> sources) {
            return new Inherited(sources);
        }
    }

    private record Known(boolean answer) implements Own {}

    private record Inherited(List<String> sources) implements Own {}

    private final Function<String, Own> rule;
    private final Map<String, Boolean> answers = new HashMap<>();

    InheritedProperty(Function<String, Own> rule) {
        this.rule = rule;
    }

    boolean of(String wanted) {
        Deque<String> open = new ArrayDeque<>(List.of(wanted));
        Set<String> begun = new HashSet<>();
        while (!open.isEmpty()) {
            String value = open.peek();
            if (answers.containsKey(value)) {
                open.pop();
                continue;
            }
            Own own = rule.apply(value);
            if (own instanceof Inherited inherited && begun.add(value)) {
                inherited.sources().stream()
                        .filter(source -> !begun.contains(source))
                        .forEach(open::push);
            } else {
                answers.put(value, answer(own));
                open.pop();
            }
        }
        return answers.getOrDefault(wanted, false);
    }

    private boolean answer(Own own) {
        if (own instanceof Inherited inherited) {
            return inherited.sources().stream().allMatch(source -> answers.getOrDefault(source, false));
        }
        return own instanceof Known known && known.answer();
    }
}
