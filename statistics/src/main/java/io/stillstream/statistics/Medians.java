package io.stillstream.statistics;

import java.util.Arrays;

/** The median: of an even count of values, the mean of the two in the middle. */
public final class Medians {

    private Medians() {}

    /** @throws IllegalArgumentException when there are no values */
    public static double of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("there are no values; expected at least one to take the median of");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
