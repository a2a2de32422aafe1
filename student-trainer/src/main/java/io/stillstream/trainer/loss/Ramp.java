package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;

/**
 * A factor on a term's weight: linear from {@code from} to {@code to} over so many optimizer steps, then {@code to}.
 *
 * @param from the factor at the first step
 * @param to the factor after the last step of the ramp
 * @param steps optimizer steps of the ramp; 0 for none
 */
public record Ramp(double from, double to, int steps) {

    public static final Ramp NONE = new Ramp(1, 1, 0);

    public Ramp {
        Check.atLeast("from", from, 0.0);
        Check.atLeast("to", to, 0.0);
        Check.atLeast("steps", steps, 0);
    }

    /** @param step the optimizer step that is being taken, the first being 1 */
    double factor(long step) {
        return step > steps ? to : from + (to - from) * (step - 1) / steps;
    }
}
