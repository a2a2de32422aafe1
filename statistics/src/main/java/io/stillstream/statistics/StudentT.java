package io.stillstream.statistics;

/** Student's t distribution. */
public final class StudentT {

    private static final double EPSILON = 1e-15;
    private static final double TINY = 1e-300;
    private static final int MOST_TERMS = 10_000;

    private final double degrees;

    /** @param degrees of freedom, above 0 */
    public StudentT(double degrees) {
        if (!(degrees > 0)) {
            throw new IllegalArgumentException("there are " + degrees + " degrees of freedom; expected more than 0");
        }
        this.degrees = degrees;
    }

    /** The chance of a value above this one; NaN for NaN. */
    public double above(double t) {
        if (Double.isNaN(t)) {
            return Double.NaN;
        }
        if (Double.isInfinite(t)) {
            return t > 0 ? 0 : 1;
        }
        double tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
        return t > 0 ? tail : 1 - tail;
    }

    /** The value that one is above with this chance, between 0 and 1. */
    public double quantileAbove(double chance) {
        if (!(chance > 0 && chance < 1)) {
            throw new IllegalArgumentException("a chance is " + chance + "; expected between 0 and 1");
        }
        double high = 1;
        while (above(high) > chance) {
            high *= 2;
        }
        double low = -1;
        while (above(low) < chance) {
            low *= 2;
        }
        for (double middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
            if (above(middle) > chance) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /** The regularized incomplete beta function, by its continued fraction (Lentz's method). */
    private static double incompleteBeta(double x, double a, double b) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        if (x > (a + 1) / (a + b + 2)) {
            return 1 - incompleteBeta(1 - x, b, a);
        }
        double front =
                Math.exp(a * Math.log(x) + b * Math.log1p(-x) + LogGamma.of(a + b) - LogGamma.of(a) - LogGamma.of(b));
        double c = 1;
        double d = 1 / nonZero(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m < MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / nonZero(1 + even * d);
            c = nonZero(1 + even / c);
            fraction *= c * d;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / nonZero(1 + odd * d);
            c = nonZero(1 + odd / c);
            fraction *= c * d;
            if (Math.abs(c * d - 1) < EPSILON) {
                break;
            }
        }
        return front * fraction / a;
    }

    private static double nonZero(double value) {
        return Math.abs(value) < TINY ? TINY : value;
    }
}
