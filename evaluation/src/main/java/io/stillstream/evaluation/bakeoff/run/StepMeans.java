package io.stillstream.evaluation.bakeoff.run;

import java.util.LinkedHashMap;
import java.util.Map;

/** Means over steps of what steps report by name. */
final class StepMeans {

    private final Map<String, Double> sums = new LinkedHashMap<>();
    private int steps;

    void add(Map<String, Double> values) {
        steps++;
        values.forEach((name, value) -> sums.merge(name, value, Double::sum));
    }

    /** A name that a step did not report counts as 0 there. */
    Map<String, Double> means() {
        Map<String, Double> means = new LinkedHashMap<>();
        sums.forEach((name, sum) -> means.put(name, sum / steps));
        return means;
    }
}
