package io.stillstream.monitoring.stage;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Histograms with few, fixed buckets: each doubles the one before, so that a quantile read from them is off by a factor
 * of two at most, at the cost of few series.
 */
public final class Histograms {

    private Histograms() {}

    /** A millisecond to about two minutes: batches, steps, sends. */
    public static Timer.Builder durations(String name, String description) {
        return timer(name, description, Duration.ofMillis(1), 18);
    }

    /** A sixteenth of a millisecond to about eight seconds: what is added to a call. */
    public static Timer.Builder latencies(String name, String description) {
        return timer(name, description, Duration.ofNanos(62_500), 18);
    }

    /** A quarter of a second to about 36 hours: how old something is by the time it is used. */
    public static Timer.Builder ages(String name, String description) {
        return timer(name, description, Duration.ofMillis(250), 20);
    }

    /** 1 to 65,536. */
    public static DistributionSummary.Builder sizes(String name, String description, String baseUnit) {
        return DistributionSummary.builder(name)
                .description(description)
                .baseUnit(baseUnit)
                .serviceLevelObjectives(
                        DoubleStream.iterate(1, size -> size * 2).limit(17).toArray());
    }

    private static Timer.Builder timer(String name, String description, Duration first, int count) {
        Duration[] bounds = IntStream.range(0, count)
                .mapToObj(doubling -> first.multipliedBy(1L << doubling))
                .toArray(Duration[]::new);
        return Timer.builder(name).description(description).serviceLevelObjectives(bounds);
    }
}
