package io.stillstream.producer.source;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The files that had one name, one after the other, the oldest first. Line numbers continue across them. */
final class ChainedLines implements LineSource {

    private final String name;
    private final Iterator<LongFunction<LineSource>> following;
    private LineSource current;
    private @Nullable ReadPosition before;

    /** @param following each given the number of lines before it */
    ChainedLines(String name, LineSource first, List<LongFunction<LineSource>> following) {
        this.name = name;
        this.current = first;
        this.following = following.iterator();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Polled poll(Duration patience) throws InterruptedException {
        Polled polled = current.poll(patience);
        while (polled instanceof Polled.End && following.hasNext()) {
            before = position().orElse(null);
            long lines = before == null ? 0 : before.line();
            current.close();
            current = following.next().apply(lines);
            polled = current.poll(patience);
        }
        return polled;
    }

    /** In the file before as long as nothing of the current one was read: nothing else would tell it from the next one. */
    @Override
    public Optional<ReadPosition> position() {
        Optional<ReadPosition> read = current.position();
        return before != null && read.stream().allMatch(position -> position.offset() == 0)
                ? Optional.of(before)
                : read;
    }

    @Override
    public Optional<Line> rest() {
        return current.rest();
    }

    /** Passes over lines of the first file. */
    @Override
    public boolean resume(ReadPosition position, Consumer<Line> passed) {
        return current.resume(position, passed);
    }

    @Override
    public void close() {
        current.close();
    }
}
