package io.stillstream.console.meters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.stillstream.contract.text.Printable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** What the meters of this process said at a moment: sums of counters, gauges and timers, by name and by the labels that matter. */
public final class MeterReading {

    private static final String OURS = "stillstream.";
    private static final String DEAD_LETTERS = "dead.letters";

    private final Instant at;
    private final Map<String, Double> values = new HashMap<>();
    private final List<Labelled> labelled = new ArrayList<>();

    /** A counter or a gauge with its labels. */
    private record Labelled(String name, Meter.Id id, double value) {

        String tag(String key) {
            String value = id.getTag(key);
            return value == null ? "" : value;
        }
    }

    private MeterReading(Instant at) {
        this.at = at;
    }

    public static MeterReading of(MeterRegistry registry, Instant at) {
        MeterReading reading = new MeterReading(at);
        for (Meter meter : registry.getMeters()) {
            if (meter.getId().getName().startsWith(OURS)) {
                reading.take(meter);
            }
        }
        return reading;
    }

    private void take(Meter meter) {
        String name = meter.getId().getName().substring(OURS.length());
        if (meter instanceof Counter counter) {
            add(name, meter.getId(), counter.count());
        } else if (meter instanceof Timer timer) {
            String of = name + "@" + tag(meter, "stage");
            values.merge(of + " count", (double) timer.count(), Double::sum);
            values.merge(of + " seconds", timer.totalTime(TimeUnit.NANOSECONDS) / 1e9, Double::sum);
        } else if (meter instanceof Gauge gauge) {
            add(name, meter.getId(), gauge.value());
        }
    }

    private void add(String name, Meter.Id id, double value) {
        values.merge(name, value, Double::sum);
        labelled.add(new Labelled(name, id, value));
    }

    private static String tag(Meter meter, String key) {
        String value = meter.getId().getTag(key);
        return value == null ? "" : value;
    }

    public Instant at() {
        return at;
    }

    /** The sum over all labels; NaN where this process has no such meter. */
    double value(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    /** How often a stage's timer was used, and the seconds of all of it. */
    double count(String timer, String stage) {
        return value(timer + "@" + stage + " count");
    }

    double seconds(String timer, String stage) {
        return value(timer + "@" + stage + " seconds");
    }

    /** The sum where a label has a value. */
    double value(String name, String label, String wanted) {
        return value(name, Map.of(label, wanted));
    }

    /** The sum where each of these labels has its value. */
    double value(String name, Map<String, String> wanted) {
        double sum = Double.NaN;
        for (Labelled one : labelled) {
            if (one.name().equals(name)
                    && wanted.entrySet().stream()
                            .allMatch(label -> one.tag(label.getKey()).equals(label.getValue()))) {
                sum = (Double.isNaN(sum) ? 0 : sum) + one.value();
            }
        }
        return sum;
    }

    /** The sums by the values of a label. */
    Map<String, Double> by(String name, String label) {
        Map<String, Double> sums = new TreeMap<>();
        for (Labelled one : labelled) {
            if (one.name().equals(name)) {
                sums.merge(Printable.line(one.tag(label)), one.value(), Double::sum);
            }
        }
        return sums;
    }

    /** Those there are: stage, code and how many. */
    public ArrayNode deadLetters() {
        ArrayNode letters = JsonNodeFactory.instance.arrayNode();
        labelled.stream()
                .filter(one -> one.name().equals(DEAD_LETTERS) && one.value() > 0)
                .sorted((a, b) -> Double.compare(b.value(), a.value()))
                .forEach(one -> letters.addObject()
                        .put("stage", one.tag("stage"))
                        .put("code", one.tag("reason"))
                        .put("count", (long) one.value()));
        return letters;
    }
}
