package io.stillstream.trainer.pretraining;

import io.stillstream.trainer.TrainerException;

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
        if (epochs < 1 || batchTokens < 1 || microBatchTokens < 1) {
            throw new TrainerException("pretraining has " + epochs + " epochs, " + batchTokens + " tokens a batch and "
                    + microBatchTokens + " a micro-batch; expected at least 1 of each");
        }
    }
}
