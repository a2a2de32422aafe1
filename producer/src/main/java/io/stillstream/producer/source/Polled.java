package io.stillstream.producer.source;

/** The result of polling a source: a {@link Line}, nothing yet, or the end. */
public sealed interface Polled permits Line, Polled.Pending, Polled.End {

    /** There may be more later. */
    record Pending() implements Polled {}

    /** There will be no more. */
    record End() implements Polled {}
}
