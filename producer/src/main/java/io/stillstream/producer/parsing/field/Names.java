package io.stillstream.producer.parsing.field;

import java.util.List;
import java.util.Set;

/** Names that a field has in one log or another, the first of them counting most. */
public final class Names {

    private final List<String> inOrder;
    private final Set<String> all;

    private Names(List<String> inOrder) {
        this.inOrder = inOrder;
        all = Set.copyOf(inOrder);
    }

    public static Names of(String... names) {
        return new Names(List.of(names));
    }

    List<String> inOrder() {
        return inOrder;
    }

    boolean contains(String name) {
        return all.contains(name);
    }
}
