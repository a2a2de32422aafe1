package io.stillstream.monitoring.distillation;

import java.time.Duration;
import java.util.Map;

/**
 * The figures of one optimizer step.
 *
 * @param number the step's number, which continues after a restart
 * @param responseTokens the tokens over which the loss is computed
 * @param batchTokens all tokens of the batch: prompts included, padding excluded
 * @param lossTerms each term by its name, and {@code total}; the names become a label, so they come from the code
 * @param gradientShares each term's share of the gradients at the logits, by its name; 0 to 1
 * @param gradientNorm before clipping
 */
public record StepMetrics(
        long number,
        Duration elapsed,
        int sequences,
        int responseTokens,
        int batchTokens,
        Map<String, Double> lossTerms,
        Map<String, Double> gradientShares,
        double gradientNorm,
        double learningRate) {

    public StepMetrics {
        lossTerms = Map.copyOf(lossTerms);
        gradientShares = Map.copyOf(gradientShares);
    }
}
