package io.stillstream.monitoring.distillation;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stillstream.monitoring.stage.Histograms;
import io.stillstream.monitoring.stage.Stage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How old a prompt is when a stage has processed it. */
final class RecordAge {

    private final Timer age;
    private final Clock clock;

    RecordAge(MeterRegistry registry, Stage stage, Clock clock) {
        this.clock = clock;
        age = Histograms.ages("stillstream.freshness", "Age of a prompt when the stage has processed it")
                .tags(stage.tags())
                .register(registry);
    }

    /** Does nothing for the epoch, which stands for a prompt of unknown age. */
    void record(Instant createdAt) {
        if (createdAt.equals(Instant.EPOCH)) {
            return;
        }
        Duration elapsed = Duration.between(createdAt, clock.instant());
        age.record(elapsed.isNegative() ? Duration.ZERO : elapsed);
    }
}
