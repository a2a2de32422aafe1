package io.stillstream.evaluation.bakeoff.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arm that is best on the selection sets: the one with the least mean over these sets of its difference from the first
 * baseline. Sets count the same, however large they are. Of arms that are equally good it is the first.
 *
 * @param baseline what the differences are from
 * @param meanDifferences by arm, in bits per byte, below 0 better; 0 for the baseline itself
 * @param arm null where no arm has a finite difference
 */
public record ArmChoice(
        String baseline,
        Map<String, Double> meanDifferences,
        @Nullable String arm) {

    /** @param differences by arm, one for each selection set */
    static ArmChoice of(String baseline, Map<String, List<Double>> differences) {
        Map<String, Double> means = new LinkedHashMap<>();
        differences.forEach((arm, ofSets) ->
                means.put(arm, ofSets.stream().mapToDouble(Double::doubleValue).sum() / ofSets.size()));
        @Nullable String best = null;
        double least = Double.POSITIVE_INFINITY;
        for (Map.Entry<String, Double> mean : means.entrySet()) {
            // A student that diverged has no mean, and NaN is less than nothing.
            if (mean.getValue() < least) {
                best = mean.getKey();
                least = mean.getValue();
            }
        }
        return new ArmChoice(baseline, means, best);
    }
}
