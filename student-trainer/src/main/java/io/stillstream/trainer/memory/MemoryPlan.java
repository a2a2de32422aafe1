package io.stillstream.trainer.memory;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.model.Precision;
import io.stillstream.trainer.step.StepConfig;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The memory of training in bytes, at most: what is always there, and what the hungriest moment of a step takes besides.
 *
 * @param weights in single precision
 * @param gradients added up over micro-batches
 * @param moments AdamW's two of each weight that is trained
 * @param copies what a checkpoint is written from while training goes on: weights and moments
 * @param working activations, logits, and the gradients of one backward pass; or what the optimizer or an evaluation takes,
 *     where that is more
 */
public record MemoryPlan(long weights, long gradients, long moments, long copies, long working) {

    private static final int SINGLE = Float.BYTES;
    private static final int HALF = Short.BYTES;
    private static final long MEBIBYTE = 1 << 20;

    /** Of one chunk: the logits, and their exponentials or their gradient. */
    private static final int LOGIT_TENSORS = 2;

    /** AdamW's clipped gradient, square root and quotient of one weight. */
    private static final int OPTIMIZER_TENSORS = 3;

    /** An evaluation's logits and log-probabilities, which are not in chunks. */
    private static final int EVALUATION_TENSORS = 2;

    /** After the blocks: what the final norm reads, divides and gives, the selected states, and their gradient before scaling and after. */
    private static final int FINAL_TENSORS = 6;

    /** What is left of them in the blocks' backward pass: the selected states, and the gradient that passes through. */
    private static final int PASSING_TENSORS = 3;

    /**
     * What a student of this architecture needs. That is what is allocated: beside it the C library keeps some of what was freed,
     * at most a few tensors of the activations. A text that is longer than a micro-batch takes more, and so do losses that read a
     * second distribution of the logits.
     *
     * @param step how a step is computed
     */
    public static MemoryPlan of(Architecture architecture, StepConfig step) {
        return of(architecture, step, LoraConfig.none());
    }

    /**
     * The same of training with adapters, where there are some: the model is there once, and only what is trained has gradients,
     * moments and copies.
     */
    public static MemoryPlan of(Architecture architecture, StepConfig step, LoraConfig lora) {
        TrainedNumbers trained = TrainedNumbers.of(architecture, step, lora);
        long weights = SINGLE * (TrainedNumbers.numbers(architecture) + trained.added());
        long gradients = SINGLE * trained.all();
        long working = LongStream.of(
                        forwardAndBackward(architecture, step, trained),
                        SINGLE * OPTIMIZER_TENSORS * trained.largest(),
                        evaluation(architecture, step))
                .max()
                .orElse(0);
        // Several CPU devices are threads with the same memory; on CUDA each has its own.
        int devices = step.devices().isCuda() ? 1 : step.devices().all().size();
        return new MemoryPlan(devices * weights, devices * gradients, 2 * gradients, 3 * gradients, devices * working);
    }

    /** The sum. */
    public long total() {
        return weights + gradients + moments + copies + working;
    }

    /** Bytes that each token of a micro-batch keeps in memory until its backward pass. */
    public static long perToken(Architecture architecture, StepConfig step) {
        List<BlockSize> blocks = BlockSize.of(architecture);
        long tokens = step.microBatchTokens();
        long length = length(architecture, step);
        long inputs = (long) SINGLE * architecture.dimensions().hidden();
        long rounded = step.precision() == Precision.BF16
                ? blocks.stream().mapToLong(BlockSize::maps).sum() * HALF
                : 0;
        return step.recompute() ? inputs * blocks.size() : (kept(blocks, step, length) - rounded) / tokens;
    }

    private static long forwardAndBackward(Architecture architecture, StepConfig step, TrainedNumbers trained) {
        List<BlockSize> blocks = BlockSize.of(architecture);
        long tokens = step.microBatchTokens();
        long length = length(architecture, step);
        long hidden = architecture.dimensions().hidden();
        long head = BlockSize.numbers(architecture.parameters().getOrDefault(architecture.head(), List.of(0L)));
        long vocabulary = architecture.dimensions().vocabulary();
        long chunk = Math.max(1, Math.min(tokens, step.logitMebibytes() * MEBIBYTE / (SINGLE * vocabulary)));
        boolean half = step.precision() == Precision.BF16;

        long headGradient = SINGLE * trained.head();
        long logits =
                SINGLE * LOGIT_TENSORS * chunk * vocabulary + (half ? 2 * HALF * head + HALF * chunk * vocabulary : 0);
        long state = SINGLE * tokens * hidden;
        long largestKept = blocks.stream()
                .mapToLong(block -> block.kept(step.precision(), tokens, length))
                .max()
                .orElse(0);
        long count = Math.max(1, blocks.size());
        long largestBlock = largestKept + (trained.kept() + SINGLE * trained.inBlocks()) / count + trained.passing();
        long outside = SINGLE * trained.outside();
        long kept;
        long backward;
        if (step.recompute()) {
            kept = state * blocks.size();
            backward = kept + Math.max(largestBlock, outside);
        } else {
            kept = kept(blocks, step, length) + trained.kept() + trained.passing();
            // Activations are freed while gradients come to be, so that the end or the beginning has the most.
            backward = Math.max(kept, SINGLE * trained.inBlocks() + outside);
        }
        return Math.max(kept + FINAL_TENSORS * state + logits, backward + PASSING_TENSORS * state) + headGradient;
    }

    private static long kept(List<BlockSize> blocks, StepConfig step, long length) {
        return blocks.stream()
                .mapToLong(block -> block.kept(step.precision(), step.microBatchTokens(), length))
                .sum();
    }

    private static long length(Architecture architecture, StepConfig step) {
        return Math.min(step.microBatchTokens(), architecture.dimensions().contextWindow());
    }

    private static long evaluation(Architecture architecture, StepConfig step) {
        long vocabulary = architecture.dimensions().vocabulary();
        return (long) SINGLE
                * step.microBatchTokens()
                * (EVALUATION_TENSORS * vocabulary + architecture.dimensions().hidden());
    }
}
