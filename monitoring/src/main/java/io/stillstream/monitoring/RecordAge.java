package io.stillstream.monitoring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How long ago a prompt was made by the time a stage is done with it. */
final class RecordAge {

    private final Timer age;
    private final Clock clock;

    RecordAge(MeterRegistry registry, Stage stage, Clock clock) {
        this.clock = clock;
        age = Histograms.ages("stillstream.freshness", "Age of a prompt when the stage was done with it")
                .tags(stage.tags())
                .register(registry);
    }

    /** The epoch is how the wire says that nobody knows when a prompt was made: it is not measured. */
    void record(Instant createdAt) {
        if (createdAt.equals(Instant.EPOCH)) {
            return;
        }
        Duration elapsed = Duration.between(createdAt, clock.instant());
        age.record(elapsed.isNegative() ? Duration.ZERO : elapsed);
    }
}
