package io.stillstream.producer.source;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** The files that had one name, one after the other, the oldest first. Line numbers continue across them. */
final class ChainedLines implements LineSource {

    private final String name;
    private final Iterator<LongFunction<LineSource>> following;
    private LineSource current;

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
            long lines = current.position().map(ReadPosition::line).orElse(0L);
            current.close();
            current = following.next().apply(lines);
            polled = current.poll(patience);
        }
        return polled;
    }

    @Override
    public Optional<ReadPosition> position() {
        return current.position();
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
