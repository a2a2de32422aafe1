package io.stillstream.trainer.step;

import io.stillstream.trainer.loss.LossConfig;
import java.util.Map;

/**
 * What an optimizer step did.
 *
 * @param step the optimizer's count of applied steps after it
 * @param applied false when the gradient was not finite: then weights and optimizer are as before
 * @param total the loss, a mean over the batch's sequences
 * @param terms each term of it, before its weight, by the names of {@link LossConfig#terms()}
 * @param gradientShares the norm of each term's weighted gradient with respect to the logits, over the sum of all terms'
 *     norms; empty after a step that does not report them
 * @param gradientNorm the global norm before clipping
 * @param tokens how many tokens were predicted
 */
public record StepReport(
        long step,
        boolean applied,
        double total,
        Map<String, Double> terms,
        Map<String, Double> gradientShares,
        double gradientNorm,
        double learningRate,
        int sequences,
        int tokens) {}
