package io.stillstream.producer;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;

/** The last so many ids, exactly: memory stays bounded however long the traffic, at the price of forgetting older ones. */
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
}
