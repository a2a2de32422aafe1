package io.stillstream.monitoring.broker;

import java.time.Duration;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Ends the reading of a topic up to an end that does not come: a consumer goes on asking without a word where brokers are away, where
 * another's transaction stays open, and where the records are gone. What counts is the time in which nothing moves, however long the
 * whole takes. For one thread.
 */
public final class ReadPatience {

    private final String what;
    private final Duration patience;
    private long read = -1;
    private long movedNanos;

    /**
     * @param what is read, for the message
     * @param patience how long nothing may move
     */
    public ReadPatience(String what, Duration patience) {
        this.what = what;
        this.patience = patience;
    }

    /**
     * To be called after each poll.
     *
     * @param position how far the consumer is, over all partitions
     * @throws TimeoutException where it has not moved for too long
     */
    public void at(long position) {
        long now = System.nanoTime();
        if (position != read) {
            read = position;
            movedNanos = now;
        } else if (now - movedNanos > patience.toNanos()) {
            throw new TimeoutException("nothing came of " + what + " within " + patience.toSeconds()
                    + " s, and there was more; are the brokers there, and is a transaction open on it?");
        }
    }
}
