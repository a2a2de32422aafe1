package io.stillstream.trainer.loss;

/** A factor on a term's weight: linear from {@code from} to {@code to} over so many optimizer steps, then {@code to}. */
public record Ramp(double from, double to, int steps) {

    public static final Ramp NONE = new Ramp(1, 1, 0);

    public Ramp {
        Checks.requireNotNegative("ramp.from", from);
        Checks.requireNotNegative("ramp.to", to);
        Checks.requireNotNegative("ramp.steps", steps);
    }

    /** @param step the optimizer step that is being taken, the first being 1 */
    double factor(long step) {
        return step > steps ? to : from + (to - from) * (step - 1) / steps;
    }
}
