package io.stillstream.producer.stage;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;

/** The most recent ids, so that duplicates among them are found. Older ones are forgotten, which bounds the memory. */
final class RecentIds {

    private final int window;
    private final Set<String> ids = new HashSet<>();
    private final Queue<String> order = new ArrayDeque<>();

    RecentIds(int window) {
        this.window = window;
    }

    /** Whether the id is new among the recent ones; it is remembered either way. */
    boolean add(String id) {
        if (window == 0) {
            return true;
        }
        if (!ids.add(id)) {
            return false;
        }
        order.add(id);
        if (order.size() > window) {
            ids.remove(order.remove());
        }
        return true;
    }

    /** Remembers another's ids in their order, as if they came now. */
    void addAll(RecentIds others) {
        others.order.forEach(id -> {
            boolean unused = add(id);
        });
    }
}
