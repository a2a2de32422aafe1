package io.stillstream.producer.source;

import io.stillstream.contract.rejection.Rejection;

/** The result of polling a source: a {@link Line}, one that cannot be used, nothing yet, or the end. */
public sealed interface Polled permits Line, Polled.Unusable, Polled.Pending, Polled.End {

    /**
     * A line that the source itself finds wrong.
     *
     * @param line what could be read of it
     * @param damaged whether the source ends here because it cannot be read further
     */
    record Unusable(Line line, Rejection rejection, boolean damaged) implements Polled {}

    /** There may be more later. */
    record Pending() implements Polled {}

    /** There will be no more. */
    record End() implements Polled {}
}
