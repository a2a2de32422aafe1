package io.stillstream.producer.stage;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;

/**
 * The most recent ids of all files of a source, so that a file's duplicates among them are found. Older ones are forgotten, which bounds
 * the memory, however many files there are. The same id in two files is two prompts: shards number theirs from 0 each.
 */
final class RecentIds {

    private final int window;
    private final Set<FileId> ids = new HashSet<>();
    private final Queue<FileId> order = new ArrayDeque<>();

    private record FileId(String file, String id) {}

    RecentIds(int window) {
        this.window = window;
    }

    /** Whether the id is new among the recent ones of the file; it is remembered either way. */
    boolean add(String file, String id) {
        return add(new FileId(file, id));
    }

    private boolean add(FileId id) {
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
