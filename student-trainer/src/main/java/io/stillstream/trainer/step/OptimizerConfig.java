package io.stillstream.trainer.step;

import io.stillstream.configuration.Check;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW's settings.
 *
 * @param learningRate the peak learning rate
 * @param warmupSteps optimizer steps over which the rate rises linearly to the peak
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of squared gradients
 * @param epsilon added to the denominator
 * @param weightDecay decoupled weight decay of the matrices
 * @param maximumGradientNorm gradients of a larger global norm are clipped to it
 * @param schedule the learning rate after the warm-up
 */
public record OptimizerConfig(
        double learningRate,
        long warmupSteps,
        double beta1,
        double beta2,
        double epsilon,
        double weightDecay,
        double maximumGradientNorm,
        LearningRateSchedule schedule) {

    public OptimizerConfig {
        Check.atLeast("learningRate", learningRate, 0);
        Check.atLeast("warmupSteps", warmupSteps, 0);
        Check.that(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1");
        Check.that(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1");
        Check.above("epsilon", epsilon, 0);
        Check.atLeast("weightDecay", weightDecay, 0);
        Check.above("maximumGradientNorm", maximumGradientNorm, 0);
    }

    /** What small decoders are usually trained with. */
    public static OptimizerConfig of(double learningRate, long warmupSteps) {
        return new OptimizerConfig(
                learningRate, warmupSteps, 0.9, 0.95, 1e-8, 0.1, 1.0, new LearningRateSchedule.Constant());
    }

    /** The rate of a step; the first one is 1. */
    public double learningRate(long step) {
        return step <= warmupSteps
                ? learningRate * step / warmupSteps
                : learningRate * schedule.factor(step - warmupSteps - 1);
    }

    Map<String, Object> attributes() {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("beta1", beta1);
        attributes.put("beta2", beta2);
        attributes.put("epsilon", epsilon);
        attributes.put("weight_decay", weightDecay);
        attributes.put("maximum_norm", maximumGradientNorm);
        return attributes;
    }
}
