package io.stillstream.trainer.student;

import java.util.Map;

/**
 * What an optimizer step did.
 *
 * @param step the optimizer's count of applied steps after it
 * @param applied false when the gradient was not finite: then weights and optimizer are as before
 * @param total the loss, a mean over the batch's sequences
 * @param terms each term of it, before its weight, by the names of {@link LossConfig#terms()}
 * @param gradientNorm the global norm before clipping
 * @param tokens how many tokens were predicted
 */
public record StepReport(
        long step,
        boolean applied,
        double total,
        Map<String, Double> terms,
        double gradientNorm,
        double learningRate,
        int sequences,
        int tokens) {}
