package io.stillstream.trainer.pretraining;

import io.stillstream.configuration.Check;

/**
 * How a student is pretrained on a file of texts.
 *
 * @param epochs how often each text is trained on
 * @param batchTokens tokens of an optimizer step
 * @param microBatchTokens tokens, padding included, whose activations are in memory at once
 * @param learningRate the peak, from which a cosine leads down to a tenth
 * @param warmupSteps steps up to the peak
 * @param seed of the order of the texts
 */
public record PretrainingConfig(
        int epochs, int batchTokens, int microBatchTokens, double learningRate, int warmupSteps, long seed) {

    static final double FINAL_LEARNING_RATE = 0.1;

    public PretrainingConfig {
        Check.atLeast("epochs", epochs, 1);
        Check.atLeast("batchTokens", batchTokens, 1);
        Check.atLeast("microBatchTokens", microBatchTokens, 1);
        Check.atLeast("learningRate", learningRate, 0);
        Check.atLeast("warmupSteps", warmupSteps, 0);
    }
}
