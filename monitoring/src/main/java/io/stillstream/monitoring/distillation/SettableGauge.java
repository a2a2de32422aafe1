package io.stillstream.monitoring.distillation;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicLong;

/** A gauge that keeps the value it was last set to; NaN before. Setting it is one volatile write. */
final class SettableGauge {

    private final AtomicLong bits;

    private SettableGauge(double initial) {
        bits = new AtomicLong(Double.doubleToLongBits(initial));
    }

    /** @param unit the base unit, or an empty string for a number without one */
    static SettableGauge register(MeterRegistry registry, String name, String description, String unit, Tags tags) {
        return register(registry, name, description, unit, tags, Double.NaN);
    }

    static SettableGauge register(
            MeterRegistry registry, String name, String description, String unit, Tags tags, double initial) {
        var gauge = new SettableGauge(initial);
        Gauge.builder(name, gauge::get)
                .description(description)
                .baseUnit(unit.isEmpty() ? null : unit)
                .tags(tags)
                .register(registry);
        return gauge;
    }

    void set(double value) {
        bits.set(Double.doubleToLongBits(value));
    }

    double get() {
        return Double.longBitsToDouble(bits.get());
    }
}
