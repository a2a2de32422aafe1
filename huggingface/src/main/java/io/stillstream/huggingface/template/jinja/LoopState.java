package io.stillstream.huggingface.template.jinja;

import io.stillstream.huggingface.template.python.Undefined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} of a for block. */
final class LoopState {

    private final List<?> items;
    private final int index;
    private final int depth;

    LoopState(List<?> items, int index, int depth) {
        this.items = items;
        this.index = index;
        this.depth = depth;
    }

    int depth() {
        return depth;
    }

    @Nullable
    Object get(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "length" -> (long) items.size();
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "depth" -> (long) depth;
            case "depth0" -> depth - 1L;
            case "previtem" -> neighbour(index - 1, name);
            case "nextitem" -> neighbour(index + 1, name);
            case "cycle" -> (Callable) (arguments, budget) -> cycled(arguments.positional());
            default -> new Undefined("loop." + name);
        };
    }

    private @Nullable Object cycled(List<?> values) {
        return values.isEmpty() ? new Undefined("loop.cycle()") : values.get(index % values.size());
    }

    private @Nullable Object neighbour(int at, String name) {
        return at >= 0 && at < items.size() ? items.get(at) : new Undefined("loop." + name);
    }
}
