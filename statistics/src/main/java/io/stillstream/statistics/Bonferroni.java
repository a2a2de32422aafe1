package io.stillstream.statistics;

/**
 * Bonferroni's correction: of m intervals of the confidence 1 − α/m each, all hold at once with a confidence of at least
 * 1 − α, however the comparisons depend on each other.
 *
 * @param comparisons m, the size of the family; 0 where nothing is compared
 */
public record Bonferroni(int comparisons) {

    /** @throws IllegalArgumentException when there are fewer than none */
    public Bonferroni {
        if (comparisons < 0) {
            throw new IllegalArgumentException("a family has " + comparisons + " comparisons; expected at least 0");
        }
    }

    /**
     * The family of comparing each of some arms with each of the baselines, which are arms too. Two baselines are compared
     * with each other once, whichever of them is called the baseline.
     */
    public static Bonferroni ofBaselines(int arms, int baselines) {
        return new Bonferroni(baselines * (arms - 1) - baselines * (baselines - 1) / 2);
    }

    /**
     * The confidence of each comparison's interval.
     *
     * @param ofFamily that all of them hold at once, 1 − α
     */
    public double confidence(double ofFamily) {
        return 1 - (1 - ofFamily) / Math.max(1, comparisons);
    }
}
