package io.stillstream.trainer.step;

import io.stillstream.configuration.Check;

/** The learning rate after the warm-up. */
public sealed interface LearningRateSchedule {

    /** The factor on the peak rate at a step, counted from the end of the warm-up. */
    double factor(long steps);

    /** Always the peak rate: a stream has no end to plan for. */
    record Constant() implements LearningRateSchedule {

        @Override
        public double factor(long steps) {
            return 1.0;
        }
    }

    /**
     * Half a cosine from the peak down to a fraction of it, which is then kept.
     *
     * @param steps optimizer steps from the peak to the lowest rate
     * @param minimumFactor the lowest rate as a fraction of the peak
     */
    record Cosine(long steps, double minimumFactor) implements LearningRateSchedule {

        public Cosine {
            Check.atLeast("steps", steps, 1);
            Check.between("minimumFactor", minimumFactor, 0, 1);
        }

        @Override
        public double factor(long step) {
            double progress = Math.min(1.0, (double) step / steps);
            return minimumFactor + (1 - minimumFactor) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
        }
    }
}
