package io.stillstream.producer.source;

import io.stillstream.producer.ProducerException;
import java.time.Duration;

/** Traffic as lines of bytes. For one thread. */
public interface LineSource extends AutoCloseable {

    /** Its name in dead letters and generated ids: that of the file, or {@code stdin}. */
    String name();

    /**
     * @param patience how long to wait for a line, roughly, before {@link Polled.Pending} is returned
     * @throws ProducerException when the source cannot be read
     */
    Polled poll(Duration patience) throws InterruptedException;

    @Override
    void close();
}
