package io.stillstream.scorer.onnx;

/**
 * What two fp32 computations of one number may differ by, where they add in another order: kernels do so with another
 * instruction set, another number of threads, or one row instead of several.
 */
public final class Rounding {

    private static final float EPSILON = Math.ulp(1f);

    private Rounding() {}

    /**
     * n ε relative to the terms, the bound on the error of a sum of n of them in any order.
     *
     * @param terms of the longest sum that the number goes through
     */
    public static float ofSum(int terms, float value) {
        return terms * EPSILON * Math.max(1, Math.abs(value));
    }
}
