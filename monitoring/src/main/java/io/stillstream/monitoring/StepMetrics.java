package io.stillstream.monitoring;

import java.time.Duration;
import java.util.Map;

/**
 * What one optimizer step did.
 *
 * @param number the step's number, which goes on counting after a restart
 * @param responseTokens the tokens the loss was taken over
 * @param batchTokens all tokens the student read, prompts included and padding not
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
