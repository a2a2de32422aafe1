package io.stillstream.evaluation.measure;

import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.Bootstrap.Statistic;
import io.stillstream.statistics.Interval;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of a student with their intervals, and how they differ from the baseline's over the same records.
 *
 * @param figures those that the records have; without a teacher's records, for one, there is no agreement
 * @param differences this student's less the baseline's; empty for the baseline itself
 */
public record Comparison(Map<Metric, Interval> figures, Map<Metric, Interval> differences) {

    /**
     * @param records how many there are
     * @param students the figures of each; the first is the baseline
     */
    public static List<Comparison> of(Bootstrap bootstrap, int records, List<Map<Metric, Statistic>> students) {
        List<Comparison> comparisons = new ArrayList<>();
        for (Map<Metric, Statistic> student : students) {
            Map<Metric, Statistic> baseline = students.get(0);
            Map<Metric, Interval> figures = new EnumMap<>(Metric.class);
            Map<Metric, Interval> differences = new EnumMap<>(Metric.class);
            student.forEach((metric, statistic) -> {
                putIfAny(figures, metric, bootstrap.of(records, statistic));
                Statistic compared = baseline.get(metric);
                if (!comparisons.isEmpty() && compared != null && metric.comparable()) {
                    putIfAny(differences, metric, bootstrap.difference(records, statistic, compared));
                }
            });
            comparisons.add(new Comparison(figures, differences));
        }
        return comparisons;
    }

    private static void putIfAny(Map<Metric, Interval> figures, Metric metric, Interval figure) {
        if (!Double.isNaN(figure.value())) {
            figures.put(metric, figure);
        }
    }
}
