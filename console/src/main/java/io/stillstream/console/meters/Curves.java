package io.stillstream.console.meters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The curves of the console, from the start of the process on. Thread-safe. */
public final class Curves {

    /** Points of a curve: a page is hardly wider, and there are few enough to be sent whole. */
    private static final int POINTS = 480;

    /** Readings that a speed is the mean of: records come and go in batches of a second or two. */
    private static final int SMOOTHED = 5;

    private final Series speed = new Series("speed", POINTS);
    private final Series heldOut = new Series("heldOut", POINTS);
    private final Series loss = new Series("loss", POINTS);
    private final Series shares = new Series("shares", POINTS);
    private final Deque<MeterReading> lately = new ArrayDeque<>();
    private Map<String, Double> evaluated = Map.of();

    /**
     * Adds a reading.
     *
     * @param champion held-out bits per byte of what serves; NaN without one
     * @return what a page that has the rest has to be told
     */
    public synchronized List<ObjectNode> add(MeterReading now, double champion) {
        List<ObjectNode> points = new ArrayList<>();
        if (lately.isEmpty()) {
            lately.add(now);
            return points;
        }
        MeterReading last = lately.getLast();
        MeterReading first = lately.getFirst();
        double at = seconds(now.at());
        Map<String, Double> speeds = new LinkedHashMap<>();
        double elapsed = Duration.between(first.at(), now.at()).toMillis() / 1000.0;
        put(speeds, "scored", (now.value("scored.tokens") - first.value("scored.tokens")) / elapsed);
        put(speeds, "trained", (now.value("trained.tokens") - first.value("trained.tokens")) / elapsed);
        add(speed, at, speeds).ifPresent(points::add);
        evaluation(now, champion, at).ifPresent(points::add);
        if (now.value("training.steps") > last.value("training.steps")) {
            add(loss, at, finite(now.by("loss", "term"))).ifPresent(points::add);
            add(shares, at, finite(now.by("loss.gradient.share", "term"))).ifPresent(points::add);
        }
        lately.add(now);
        if (lately.size() > SMOOTHED) {
            lately.removeFirst();
        }
        return points;
    }

    /** A point where somebody was evaluated, or something else serves. */
    private Optional<ObjectNode> evaluation(MeterReading now, double champion, double at) {
        Map<String, Double> figures = new LinkedHashMap<>();
        put(figures, "student", now.value("held.out.bits.per.byte"));
        put(figures, "teacher", now.value("held.out.teacher.bits.per.byte"));
        put(figures, "champion", champion);
        Map<String, Double> known = new LinkedHashMap<>(figures);
        put(known, "evaluations", now.value("evaluations"));
        if (figures.isEmpty() || Objects.equals(known, evaluated)) {
            return Optional.empty();
        }
        evaluated = known;
        return add(heldOut, at, figures);
    }

    /** All of them. */
    public synchronized ArrayNode json() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Series series : List.of(speed, heldOut, loss, shares)) {
            all.add(series.json());
        }
        return all;
    }

    private static Optional<ObjectNode> add(Series series, double at, Map<String, Double> values) {
        return values.isEmpty() ? Optional.empty() : series.add(at, values);
    }

    private static Map<String, Double> finite(Map<String, Double> values) {
        Map<String, Double> finite = new LinkedHashMap<>(values);
        finite.values().removeIf(value -> !Double.isFinite(value));
        return finite;
    }

    private static void put(Map<String, Double> values, String name, double value) {
        if (Double.isFinite(value)) {
            values.put(name, value);
        }
    }

    private static double seconds(Instant at) {
        return at.toEpochMilli() / 1000.0;
    }
}
