package io.stillstream.monitoring.rollout;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.stillstream.monitoring.stage.Stage;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What is known of a candidate that serves. Thread-safe. */
public final class JudgeMeters {

    private static final Tags TAGS = Tags.of("stage", Stage.ROLLOUT.label());

    private final MeterRegistry registry;
    private final Map<Of, Shown> shown = new EnumMap<>(Of.class);

    /** Whose figures they are: where there is no champion, its are production's. */
    public enum Of {
        CANDIDATE,
        CHAMPION
    }

    /** What can be the reason of an alarm. */
    public enum Check {
        FAILURES,
        LATENCY,
        LIKELIHOOD
    }

    /**
     * Figures since the rollout began.
     *
     * @param answers calls that were answered
     * @param failures the share of calls that failed
     * @param bitsPerByte of the answers under the teacher
     * @param low the lower bound of that in its confidence sequence
     * @param high the upper bound
     */
    public record Figures(long answers, double failures, double bitsPerByte, double low, double high) {}

    private static final class Shown {
        private volatile Figures figures = new Figures(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    /** @param registry of a {@link io.stillstream.monitoring.Telemetry} */
    public JudgeMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Of of : Of.values()) {
            var figures = new Shown();
            shown.put(of, figures);
            Tags tags = Tags.of("of", of.name().toLowerCase(Locale.ROOT));
            gauge(
                    "stillstream.judge.answers",
                    "Calls answered since the rollout began",
                    tags,
                    figures,
                    Figures::answers);
            gauge(
                    "stillstream.judge.failures",
                    "Share of calls that failed since the rollout began",
                    tags,
                    figures,
                    Figures::failures);
            String bits = "stillstream.judge.bits.per.byte";
            String description = "Bits per byte of the answers under the teacher, and the bounds of what it estimates";
            gauge(bits, description, tags.and("bound", "estimate"), figures, Figures::bitsPerByte);
            gauge(bits, description, tags.and("bound", "low"), figures, Figures::low);
            gauge(bits, description, tags.and("bound", "high"), figures, Figures::high);
        }
        for (Check check : Check.values()) {
            alarms(check);
        }
        unreadable();
    }

    public void show(Of of, Figures figures) {
        Shown meter = shown.get(of);
        if (meter == null) {
            throw new IllegalStateException("no meter for " + of);
        }
        meter.figures = figures;
    }

    /** A candidate has to go. */
    public void recordAlarm(Check check) {
        alarms(check).increment();
    }

    /** A record of what was served, or of what the teacher says of it, could not be read. */
    public void recordUnreadable() {
        unreadable().increment();
    }

    private Counter alarms(Check check) {
        return Counter.builder("stillstream.judge.alarms")
                .description("Candidates that had to go, by what was shown against them")
                .tags(TAGS.and("check", check.name().toLowerCase(Locale.ROOT)))
                .register(registry);
    }

    private Counter unreadable() {
        return Counter.builder("stillstream.judge.unreadable")
                .description("Records about what was served that could not be read")
                .tags(TAGS)
                .register(registry);
    }

    private void gauge(String name, String description, Tags tags, Shown of, ToDoubleFunction<Figures> value) {
        Gauge.builder(name, of, at -> value.applyAsDouble(at.figures))
                .description(description)
                .tags(TAGS.and(tags))
                .register(registry);
    }
}
