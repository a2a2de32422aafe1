package io.stillstream.statistics;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Holm's step-down (Holm 1979, A simple sequentially rejective multiple test procedure): of m hypotheses, the chance that a
 * true one is rejected is at most the level, however the tests depend on each other. Rejects whatever Bonferroni does, and
 * more.
 */
public final class Holm {

    private Holm() {}

    /**
     * The p-values as the family makes them: the i-th smallest of m is multiplied by m − i + 1, and none is below a smaller
     * one's. A hypothesis is rejected at a level where its adjusted value is at most the level.
     *
     * @param pValues from 0 to 1, in any order
     * @return one each, in the same order
     * @throws IllegalArgumentException when one is NaN or not from 0 to 1
     */
    public static double[] adjusted(double... pValues) {
        for (double p : pValues) {
            if (!(p >= 0 && p <= 1)) {
                throw new IllegalArgumentException("a p-value is " + p + "; expected from 0 to 1");
            }
        }
        int[] order = IntStream.range(0, pValues.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> pValues[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[pValues.length];
        double least = 0;
        for (int i = 0; i < order.length; i++) {
            least = Math.max(least, Math.min(1, (order.length - i) * pValues[order[i]]));
            adjusted[order[i]] = least;
        }
        return adjusted;
    }
}
