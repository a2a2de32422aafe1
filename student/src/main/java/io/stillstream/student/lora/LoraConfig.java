package io.stillstream.student.lora;

import io.stillstream.configuration.Check;
import io.stillstream.huggingface.adapter.AdapterConfig;
import io.stillstream.huggingface.config.Architecture;
import java.nio.file.Path;
import java.util.List;

/**
 * How a student is trained by low-rank adapters: x W is computed as x W + s · dropout(x) Aᵀ Bᵀ, and A and B alone are trained.
 *
 * @param rank rows of A and columns of B; 0 trains all weights and no adapter
 * @param alpha the numerator of the factor s
 * @param dropout share of the input of A that is set to zero in training, 0 to below 1
 * @param targets the linear maps that get an adapter, by their names or the last parts of them, such as q_proj; all-linear for
 *     all of the blocks'
 * @param modulesToSave modules that are trained whole beside the adapters, by the last parts of their names, such as lm_head
 * @param rslora whether s is alpha / √rank, and not alpha / rank
 * @param seed of A's first numbers and of the dropout
 */
public record LoraConfig(
        int rank,
        double alpha,
        double dropout,
        List<String> targets,
        List<String> modulesToSave,
        boolean rslora,
        int seed) {

    /** Stands for all linear maps of the blocks. */
    public static final String ALL_LINEAR = "all-linear";

    /** 2⁶⁴ divided by the golden ratio, odd: numbers next to each other give ones far from each other. */
    private static final long MIX = 0x9E3779B97F4A7C15L;

    public LoraConfig {
        targets = List.copyOf(targets);
        modulesToSave = List.copyOf(modulesToSave);
        Check.atLeast("rank", rank, 0);
        Check.above("alpha", alpha, 0);
        Check.that(dropout >= 0 && dropout < 1, "dropout", dropout, "0 or more and less than 1");
        Check.that(rank == 0 || !targets.isEmpty(), "targets", targets, "at least one name, or " + ALL_LINEAR);
    }

    /** No adapter. */
    public static LoraConfig none() {
        return new LoraConfig(0, 16, 0, List.of(ALL_LINEAR), List.of(), false, 0);
    }

    /** Whether there are adapters. */
    public boolean isOn() {
        return rank > 0;
    }

    /** For comparison; the same for all settings without adapters. */
    public String describe() {
        return isOn() ? toString() : "none";
    }

    /**
     * As PEFT states it.
     *
     * @param base the directory of the base
     * @throws io.stillstream.student.StudentException when the base has no such modules
     */
    public AdapterConfig adapter(Architecture architecture, Path base) {
        var modules = new LoraTargets(architecture);
        return new AdapterConfig(
                rank,
                alpha,
                dropout,
                targets.contains(ALL_LINEAR) ? modules.targets(this) : targets,
                modules.saved(this).isEmpty() ? List.of() : modulesToSave,
                rslora,
                architecture.transposedMaps(),
                base.toString());
    }

    /** What a part of a step draws its dropout from: 0 or more and less than 2³². */
    public long draw(long step, int part) {
        long mixed = ((seed * MIX + step) * MIX + part) * MIX;
        return mixed >>> Integer.SIZE;
    }
}
