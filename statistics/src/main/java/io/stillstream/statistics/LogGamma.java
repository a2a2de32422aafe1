package io.stillstream.statistics;

/** The logarithm of the gamma function, to about 14 digits: Stirling's series, after the argument was shifted above 10. */
final class LogGamma {

    private static final double SHIFTED = 10;

    private LogGamma() {}

    /** @param x above 0 */
    static double of(double x) {
        double shift = 0;
        double z = x;
        while (z < SHIFTED) {
            shift -= Math.log(z);
            z++;
        }
        double w = 1 / (z * z);
        double series = 1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188))));
        return shift + (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series / z;
    }
}
