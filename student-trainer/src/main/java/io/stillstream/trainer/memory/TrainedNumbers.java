package io.stillstream.trainer.memory;

import io.stillstream.huggingface.config.Architecture;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.student.lora.LoraTargets;
import io.stillstream.student.lora.LoraTargets.Widths;
import io.stillstream.student.model.Precision;
import io.stillstream.trainer.step.StepConfig;
import java.util.List;
import java.util.Objects;

/**
 * How many numbers are trained, and what adapters keep beside a frozen model.
 *
 * @param added numbers of adapters, which are there beside the model's own
 * @param all that have gradients and moments
 * @param inBlocks trained numbers of all blocks
 * @param outside trained numbers outside the blocks, but for those of an LM head of its own
 * @param head numbers of the LM head's own gradient; where it is the embedding, its gradient comes by way of that too
 * @param largest the largest trained weight
 * @param kept bytes that the adapters of all blocks keep for their backward pass
 * @param passing bytes that one adapter takes while it is computed
 */
record TrainedNumbers(
        long added, long all, long inBlocks, long outside, long head, long largest, long kept, long passing) {

    /** Of what drops numbers: the numbers' places, their hash, and a product on the way. */
    private static final int HASHES = 3;

    static TrainedNumbers of(Architecture architecture, StepConfig step, LoraConfig lora) {
        return lora.isOn() ? adapters(architecture, step, lora) : all(architecture);
    }

    private static TrainedNumbers all(Architecture architecture) {
        long inBlocks = BlockSize.of(architecture).stream()
                .mapToLong(BlockSize::weights)
                .sum();
        long all = numbers(architecture);
        long head = BlockSize.numbers(shape(architecture, architecture.head()));
        long outside = all - inBlocks - (architecture.dimensions().tied() ? 0 : head);
        return new TrainedNumbers(0, all, inBlocks, outside, head, largest(architecture), 0, 0);
    }

    private static TrainedNumbers adapters(Architecture architecture, StepConfig step, LoraConfig lora) {
        LoraTargets targets = new LoraTargets(architecture);
        boolean half = step.precision() == Precision.BF16;
        long tokens = step.microBatchTokens();
        long rank = lora.rank();
        long added = 0;
        long largest = 0;
        long kept = 0;
        long passing = 0;
        for (String target : targets.targets(lora)) {
            Widths widths = Objects.requireNonNull(targets.linear().get(target));
            added += rank * (widths.in() + widths.out());
            largest = Math.max(largest, rank * Math.max(widths.in(), widths.out()));
            // What B reads, and what A reads where that is not what the map itself does: dropped, or rounded for it.
            long numbers = rank * (half ? 1L + 1 : 1);
            long dropped = lora.dropout() > 0 ? 2 * widths.in() : 0;
            kept += tokens * (Float.BYTES * (numbers + dropped) + (half ? Short.BYTES * widths.in() : 0));
            passing = Math.max(passing, lora.dropout() > 0 ? HASHES * Long.BYTES * tokens * widths.in() : 0);
        }
        long inBlocks = added;
        long outside = 0;
        long head = 0;
        for (String saved : targets.saved(lora)) {
            long numbers = BlockSize.numbers(shape(architecture, saved));
            largest = Math.max(largest, numbers);
            if (saved.equals(architecture.head())) {
                head = numbers;
            } else {
                outside += numbers;
            }
        }
        return new TrainedNumbers(added, inBlocks + outside + head, inBlocks, outside, head, largest, kept, passing);
    }

    static long numbers(Architecture architecture) {
        return architecture.parameters().values().stream()
                .mapToLong(BlockSize::numbers)
                .sum();
    }

    private static long largest(Architecture architecture) {
        return architecture.parameters().values().stream()
                .mapToLong(BlockSize::numbers)
                .max()
                .orElse(0);
    }

    private static List<Long> shape(Architecture architecture, String weight) {
        return architecture.parameters().getOrDefault(weight, List.of(0L));
    }
}
