package io.stillstream.producer.stage;

import io.stillstream.contract.source.SourcePosition;
import io.stillstream.producer.parsing.PromptParser;
import io.stillstream.producer.source.LineSource;
import io.stillstream.producer.source.ReadPosition;
import org.jspecify.annotations.Nullable;

/** A source that is being read: its lines, and what is known of those that were read. */
final class SourceReading implements AutoCloseable {

    private final String key;
    private final int round;
    private final LineSource lines;
    private final PromptParser parser;
    private final @Nullable SourcePosition stored;
    private boolean ended;

    /**
     * @param key what its position is stored under; empty for a source that cannot be read again
     * @param round which reading of the source, from 1
     * @param stored the position that it goes on from; null when it begins
     */
    SourceReading(String key, int round, LineSource lines, PromptParser parser, @Nullable SourcePosition stored) {
        this.key = key;
        this.round = round;
        this.lines = lines;
        this.parser = parser;
        this.stored = stored;
    }

    String key() {
        return key;
    }

    int round() {
        return round;
    }

    LineSource lines() {
        return lines;
    }

    PromptParser parser() {
        return parser;
    }

    /** Notes that the source was read to its end. */
    void end() {
        ended = true;
    }

    /** Whether it has a position: a source that cannot be read again has none. */
    boolean movable() {
        return !key.isEmpty();
    }

    /** Whether it was read further than what is stored, or to an end that is not. */
    boolean hasMoved() {
        return !position().equals(stored);
    }

    /** How far it was read. */
    SourcePosition position() {
        ReadPosition read = lines.position().orElseThrow();
        return new SourcePosition(round, read.linesBefore(), read.line(), read.offset(), read.sha256(), ended);
    }

    @Override
    public void close() {
        lines.close();
    }
}
