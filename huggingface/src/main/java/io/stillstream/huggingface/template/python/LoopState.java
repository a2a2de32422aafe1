package io.stillstream.huggingface.template.python;

import com.hubspot.jinjava.util.ForLoop;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop} of a for block, with {@code previtem} and {@code nextitem}. */
public final class LoopState extends ForLoop {

    private final List<?> items;

    public LoopState(List<?> items) {
        super(items.iterator(), items.size());
        this.items = items;
    }

    @Nullable
    Object previous() {
        return neighbour(getIndex0() - 1);
    }

    @Nullable
    Object following() {
        return neighbour(getIndex0() + 1);
    }

    private @Nullable Object neighbour(int index) {
        return index >= 0 && index < items.size() ? items.get(index) : null;
    }
}
