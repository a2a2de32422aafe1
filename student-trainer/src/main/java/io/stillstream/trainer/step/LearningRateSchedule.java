package io.stillstream.trainer.step;

import io.stillstream.trainer.TrainerException;

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
     * @param steps until it is reached
     * @param minimumFactor where it ends, as a fraction of the peak
     */
    record Cosine(long steps, double minimumFactor) implements LearningRateSchedule {

        public Cosine {
            if (steps < 1 || !(minimumFactor >= 0 && minimumFactor <= 1)) {
                throw new TrainerException("a cosine schedule over " + steps + " steps down to " + minimumFactor
                        + "; expected at least 1 step and a fraction between 0 and 1");
            }
        }

        @Override
        public double factor(long step) {
            double progress = Math.min(1.0, (double) step / steps);
            return minimumFactor + (1 - minimumFactor) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
        }
    }
}
