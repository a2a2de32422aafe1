package io.stillstream.trainer.rewind;

import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Where a trainer's orders come from, and its answers go to. What is called here never waits for a broker, but for {@link #begin}. */
public interface RewindOrders extends AutoCloseable {

    /**
     * Begins to read, and returns once what was ordered until now is known, or the time is over.
     *
     * @param trainer the id of the data directory
     */
    void begin(String trainer, Duration patience);

    /** The next order that is not answered and has not been taken from here, the oldest first; null without one. */
    @Nullable
    RewindOrder next();

    /** Has it told, sooner or later: an answer that a kill loses is given again. */
    void answer(RewindAnswer answer);

    @Override
    void close();

    /** For a trainer that nobody gives orders. */
    static RewindOrders none() {
        return new RewindOrders() {

            @Override
            public void begin(String trainer, Duration patience) {}

            @Override
            public @Nullable RewindOrder next() {
                return null;
            }

            @Override
            public void answer(RewindAnswer answer) {}

            @Override
            public void close() {}
        };
    }
}
