package io.stillstream.producer.source;

import io.stillstream.producer.ProducerException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Traffic as lines of bytes. For one thread. */
public interface LineSource extends AutoCloseable {

    /** Its name in dead letters and generated ids: that of the file, or {@code stdin}. */
    String name();

    /**
     * @param patience how long to wait for a line, roughly, before {@link Polled.Pending} is returned
     * @throws ProducerException when the source cannot be read
     */
    Polled poll(Duration patience) throws InterruptedException;

    /** Where the last line that was returned ends; empty for what cannot be read a second time. */
    Optional<ReadPosition> position();

    /**
     * What a file that is followed holds after its last line break: a line, where nothing more is written to it. It counts as
     * read then. Empty where there is nothing, and for a source that has an end, which returns it there.
     */
    default Optional<Line> rest() {
        return Optional.empty();
    }

    /**
     * Passes over what was read before. To be called before the first {@link #poll}, on a source that was opened with the
     * position's lines before.
     *
     * @param passed given the lines up to the position, in order
     * @return false when the bytes up to there are not those that were read: then this source is to be closed
     */
    boolean resume(ReadPosition position, Consumer<Line> passed);

    @Override
    void close();
}
