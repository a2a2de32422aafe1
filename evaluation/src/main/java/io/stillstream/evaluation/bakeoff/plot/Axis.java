package io.stillstream.evaluation.bakeoff.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Maps values to places along a line, with round values to mark on it.
 *
 * @param low the value at the start
 * @param high the value at the end; above {@code low}
 * @param start where the line begins, in pixels
 * @param end where it ends; may lie before {@code start}
 */
record Axis(double low, double high, double start, double end) {

    private static final double[] ROUND = {1, 2, 5, 10};

    /** A range that is nothing wide is widened, so that its one value has a place. */
    static Axis over(double low, double high, double start, double end) {
        double least = Math.max(Math.abs(low), Math.abs(high)) * 1e-6 + 1e-9;
        return high - low >= least ? new Axis(low, high, start, end) : new Axis(low - least, high + least, start, end);
    }

    double place(double value) {
        return start + (value - low) / (high - low) * (end - start);
    }

    /** About so many multiples of a round number, all within the range. */
    List<Double> ticks(int about) {
        double step = step(about);
        List<Double> ticks = new ArrayList<>();
        for (long i = (long) Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
            ticks.add(i * step);
        }
        return ticks;
    }

    /** How many decimals it takes to distinguish neighbouring ticks. */
    int decimals(int about) {
        return (int) Math.max(0, -Math.floor(Math.log10(step(about)) + 1e-9));
    }

    private double step(int about) {
        double rough = (high - low) / about;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        for (double round : ROUND) {
            if (round * power >= rough * (1 - 1e-9)) {
                return round * power;
            }
        }
        return ROUND[ROUND.length - 1] * power;
    }
}
