package io.stillstream.monitoring.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.stillstream.monitoring.stage.Stage;

/** What the proxy's records of {@code served-outcomes} report. Thread-safe. */
public final class OutcomeMeters {

    private final Counter written;
    private final Counter dropped;

    public OutcomeMeters(MeterRegistry registry) {
        written = Counter.builder("stillstream.proxy.outcomes.written")
                .description("Outcomes of calls that Kafka has")
                .tags(Stage.PROXY.tags())
                .register(registry);
        dropped = Counter.builder("stillstream.proxy.outcomes.dropped")
                .description("Outcomes of calls that were lost because Kafka did not take them")
                .tags(Stage.PROXY.tags())
                .register(registry);
    }

    /** Kafka has one. */
    public void recordWritten() {
        written.increment();
    }

    /** So many are lost. */
    public void recordDropped(long count) {
        dropped.increment((double) count);
    }

    /** How many were lost. */
    public long dropped() {
        return (long) dropped.count();
    }
}
