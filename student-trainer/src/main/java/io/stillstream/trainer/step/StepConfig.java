package io.stillstream.trainer.step;

import io.stillstream.configuration.ChangedRecord;
import io.stillstream.configuration.Check;
import io.stillstream.student.model.Precision;
import io.stillstream.student.torchscript.TorchDevices;
import java.util.Map;

/**
 * How an optimizer step is computed: what it costs, and not what it learns, but for rounding.
 *
 * @param microBatchTokens the most tokens, padding included, whose activations are in memory at once
 * @param logitMebibytes how much memory one tensor of logits may take: positions whose logits do not fit are worked off in
 *     chunks, whose logits are computed twice
 * @param precision of matrix products
 * @param recompute whether the backward pass computes each block again, so that memory holds the activations of one block
 *     and not of all. Gradients are the same bytes
 * @param gradientSharesEvery steps from one that reports each term's share of the gradient to the next, the first being one;
 *     0 for none. Weights are the same bytes
 * @param devices what computes it. Several share its micro-batches; the weights are the same bytes as on one of their kind
 */
public record StepConfig(
        int microBatchTokens,
        int logitMebibytes,
        Precision precision,
        boolean recompute,
        int gradientSharesEvery,
        TorchDevices devices) {

    public static final int DEFAULT_LOGIT_MEBIBYTES = 256;
    public static final int DEFAULT_SHARES_EVERY = 10;

    public StepConfig {
        Check.atLeast("microBatchTokens", microBatchTokens, 1);
        Check.atLeast("logitMebibytes", logitMebibytes, 1);
        Check.atLeast("gradientSharesEvery", gradientSharesEvery, 0);
    }

    /** Whether a step reports shares; the first is 1. */
    boolean reportsShares(long step) {
        return gradientSharesEvery > 0 && (step - 1) % gradientSharesEvery == 0;
    }

    /** In single precision, with all activations kept. */
    public static StepConfig of(int microBatchTokens) {
        return new StepConfig(
                microBatchTokens,
                DEFAULT_LOGIT_MEBIBYTES,
                Precision.FP32,
                false,
                DEFAULT_SHARES_EVERY,
                TorchDevices.cpu());
    }

    /**
     * The same with other values of some components.
     *
     * @param changes by the components' names
     */
    public StepConfig with(Map<String, ?> changes) {
        return ChangedRecord.of(this, changes);
    }
}
