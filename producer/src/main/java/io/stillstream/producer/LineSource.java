package io.stillstream.producer;

import java.time.Duration;

/** Traffic as lines of bytes. For one thread. */
interface LineSource extends AutoCloseable {

    /** How dead letters and generated ids call it: a file's name or {@code stdin}. */
    String name();

    /**
     * @param patience how long to wait, roughly, before saying that nothing is there yet
     * @throws ProducerException when the source cannot be read
     */
    Polled poll(Duration patience) throws InterruptedException;

    @Override
    void close();
}
