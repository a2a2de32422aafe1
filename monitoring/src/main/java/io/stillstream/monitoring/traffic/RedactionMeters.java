package io.stillstream.monitoring.traffic;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.stillstream.monitoring.stage.Stage;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What redaction reports: how much was found, never what. Thread-safe. */
public final class RedactionMeters {

    private final Map<String, Counter> values;
    private final Map<Failure, Counter> failures = new EnumMap<>(Failure.class);

    /** Why a record could not be looked through. */
    public enum Failure {
        /** It is longer than a record may be. */
        SIZE,
        /** It took longer than a record may. */
        TIME,
        /** A detector failed, or what it found could not be replaced. */
        ERROR
    }

    /** @param detectors all there are, so that the first find shows as an increase */
    public RedactionMeters(MeterRegistry registry, List<String> detectors) {
        values = detectors.stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        detector -> Counter.builder("stillstream.redacted.values")
                                .description("Private values that were replaced before a record was written")
                                .baseUnit("values")
                                .tags(Stage.PRODUCER.tags())
                                .tag("detector", detector)
                                .register(registry)));
        for (Failure failure : Failure.values()) {
            Counter counter = Counter.builder("stillstream.redaction.failures")
                    .description("Records of which nothing was written, because they could not be redacted")
                    .baseUnit("failures")
                    .tags(Stage.PRODUCER.tags())
                    .tag("reason", failure.name().toLowerCase(Locale.ROOT))
                    .register(registry);
            failures.put(failure, counter);
        }
    }

    /** Of a process that serves no metrics. */
    public static RedactionMeters unobserved(List<String> detectors) {
        return new RedactionMeters(new SimpleMeterRegistry(), detectors);
    }

    /** @param detector one of those that were registered */
    public void recordRedacted(String detector, int count) {
        Counter counter = values.get(detector);
        if (counter == null) {
            throw new IllegalArgumentException("no counter for the detector " + detector);
        }
        counter.increment(count);
    }

    public void recordFailure(Failure failure) {
        Counter counter = failures.get(failure);
        if (counter == null) {
            throw new IllegalStateException("no counter for " + failure);
        }
        counter.increment();
    }
}
