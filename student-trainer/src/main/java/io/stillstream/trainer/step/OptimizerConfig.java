package io.stillstream.trainer.step;

import io.stillstream.trainer.TrainerException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW's settings.
 *
 * @param learningRate the peak rate
 * @param warmupSteps steps over which the rate rises linearly to the peak
 * @param weightDecay decoupled decay of the matrices
 * @param maximumGradientNorm where the global norm is clipped
 * @param schedule the rate after the warm-up
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
        if (!(learningRate >= 0) || !Double.isFinite(learningRate) || warmupSteps < 0) {
            throw new TrainerException("a learning rate of " + learningRate + " after " + warmupSteps
                    + " warm-up steps; expected neither below 0");
        }
        if (!(beta1 >= 0 && beta1 < 1) || !(beta2 >= 0 && beta2 < 1)) {
            throw new TrainerException("betas of " + beta1 + " and " + beta2 + "; expected them from 0 to below 1");
        }
        if (!(epsilon > 0) || !(weightDecay >= 0) || !(maximumGradientNorm > 0)) {
            throw new TrainerException("epsilon " + epsilon + ", weight decay " + weightDecay
                    + " and maximum gradient norm " + maximumGradientNorm
                    + "; expected above 0, at least 0 and above 0");
        }
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
