package io.stillstream.monitoring.rollout;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.stillstream.monitoring.stage.Stage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * What the gate says of candidates. Checks that are named after tenants are not shown: no label holds what traffic says. Thread-safe.
 */
public final class GateMeters {

    private static final Tags TAGS = Tags.of("stage", Stage.ROLLOUT.label());

    private final MeterRegistry registry;
    private final Map<Comparison, Check> checks = new EnumMap<>(Comparison.class);

    /** Its verdict. */
    public enum Verdict {
        PASS,
        HOLD,
        FAIL
    }

    /** Comparisons of the candidate with another snapshot, in bits per byte. */
    public enum Comparison {
        CHAMPION,
        BEST_CHAMPION
    }

    private static final class Check {
        private volatile double estimate = Double.NaN;
        private volatile double margin = Double.NaN;
    }

    /** @param registry of a {@link io.stillstream.monitoring.Telemetry} */
    public GateMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Verdict verdict : Verdict.values()) {
            verdicts(verdict);
        }
        for (Comparison comparison : Comparison.values()) {
            var check = new Check();
            checks.put(comparison, check);
            Tags tags = TAGS.and("against", comparison.name().toLowerCase(Locale.ROOT));
            Gauge.builder("stillstream.gate.estimate", check, of -> of.estimate)
                    .description("Bits per byte of the last candidate judged, less those of what it was compared with")
                    .tags(tags)
                    .register(registry);
            Gauge.builder("stillstream.gate.margin", check, of -> of.margin)
                    .description("Bits per byte by which a candidate may be worse than what it is compared with")
                    .tags(tags)
                    .register(registry);
        }
    }

    /** The gate was asked. */
    public void recordVerdict(Verdict verdict) {
        verdicts(verdict).increment();
    }

    /** @param estimate the candidate's bits per byte less the other's */
    public void recordComparison(Comparison comparison, double estimate, double margin) {
        Check check = checks.get(comparison);
        if (check == null) {
            throw new IllegalStateException("no meter for " + comparison);
        }
        check.estimate = estimate;
        check.margin = margin;
    }

    private Counter verdicts(Verdict verdict) {
        return Counter.builder("stillstream.gate.verdicts")
                .description("Times that the gate was asked about a candidate, by what it said")
                .tags(TAGS.and("verdict", verdict.name().toLowerCase(Locale.ROOT)))
                .register(registry);
    }
}
