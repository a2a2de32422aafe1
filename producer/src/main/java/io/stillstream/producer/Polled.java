package io.stillstream.producer;

/** What a source had to give: a {@link Line}, nothing yet, or nothing ever again. */
sealed interface Polled permits Line, Polled.Pending, Polled.End {

    /** There may be more later. */
    record Pending() implements Polled {}

    /** There will be no more. */
    record End() implements Polled {}
}
