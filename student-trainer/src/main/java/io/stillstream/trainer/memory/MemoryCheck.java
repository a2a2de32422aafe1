package io.stillstream.trainer.memory;

import io.stillstream.configuration.AvailableMemory;
import io.stillstream.configuration.ChangedRecord;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.student.lora.LoraConfig;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.step.StepConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Refuses at the start what would die of want of memory later. */
public final class MemoryCheck {

    private static final double GIBIBYTE = 1 << 30;
    /** A usual rank of adapters. */
    private static final int SMALL_RANK = 16;

    private final Architecture architecture;
    private final StepConfig step;
    private final LoraConfig lora;

    public MemoryCheck(Architecture architecture, StepConfig step, LoraConfig lora) {
        this.architecture = architecture;
        this.step = step;
        this.lora = lora;
    }

    /** @throws TrainerException in one line with what is needed, what for, what is available, and which settings would help */
    public void requireFits(AvailableMemory available) {
        MemoryPlan plan = MemoryPlan.of(architecture, step, lora);
        if (plan.total() <= available.bytes()) {
            return;
        }
        throw new TrainerException("training this student needs about " + gibibytes(plan.total())
                + " outside the Java heap (weights " + gibibytes(plan.weights())
                + ", gradients " + gibibytes(plan.gradients())
                + ", AdamW's moments " + gibibytes(plan.moments())
                + ", copies for checkpoints " + gibibytes(plan.copies())
                + ", activations, logits and gradients of a micro-batch " + gibibytes(plan.working())
                + "), and " + gibibytes(Math.max(0, available.bytes())) + " are available " + available.of()
                + " beside what the heap may still grow by, " + gibibytes(available.heapGrowth()) + "; "
                + help(plan, available));
    }

    private String help(MemoryPlan plan, AvailableMemory available) {
        List<String> settings = new ArrayList<>();
        StepConfig best = step;
        if (!step.recompute()) {
            best = best.with(Map.of("recompute", true));
            add(settings, "trainer.recompute: true", plan, best);
        }
        StepConfig small = best.with(Map.of(
                "microBatchTokens",
                Math.max(1, best.microBatchTokens() / 4),
                "logitMebibytes",
                Math.max(1, best.logitMebibytes() / 4)));
        add(
                settings,
                "trainer.batches.max-batch-tokens: " + small.microBatchTokens()
                        + " and trainer.batches.max-logit-mebibytes: " + small.logitMebibytes(),
                MemoryPlan.of(architecture, best, lora),
                small);
        if (available.heapGrowth() > 0) {
            settings.add("a smaller heap (-Xmx in STILLSTREAM_JAVA_OPTIONS)");
        }
        if (!lora.isOn()) {
            LoraConfig adapters = ChangedRecord.of(lora, Map.of("rank", SMALL_RANK));
            long total = architecture.decoderStart() == null
                    ? MemoryPlan.of(architecture, small, adapters).total()
                    : Long.MAX_VALUE;
            if (total < MemoryPlan.of(architecture, small, lora).total()) {
                settings.add("also trainer.lora.rank: " + SMALL_RANK + " (" + gibibytes(total) + ")");
            }
        }
        settings.add("a smaller student");
        return "what helps: " + String.join(", ", settings);
    }

    private void add(List<String> settings, String setting, MemoryPlan before, StepConfig changed) {
        long total = MemoryPlan.of(architecture, changed, lora).total();
        if (total < before.total()) {
            settings.add((settings.isEmpty() ? "" : "also ") + setting + " (" + gibibytes(total) + ")");
        }
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.2f GiB", bytes / GIBIBYTE);
    }
}
