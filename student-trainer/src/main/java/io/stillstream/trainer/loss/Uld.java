package io.stillstream.trainer.loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Universal Logit Distillation, Boizard et al., 2402.12030; its paper's weight is 1.5.
 *
 * @param k how many of each position's most probable tokens count
 */
public record Uld(double weight, int k, Ramp ramp) implements LossTerm {

    private static final String NAME = "uld";

    public Uld {
        Checks.requireNotNegative("weight", weight);
        Checks.requirePositive("k", k);
    }

    @Override
    public List<LossValue> values() {
        return List.of(LossValue.only(NAME, "ULD"));
    }

    @Override
    public List<LossScript> scripts() {
        return List.of(new LossScript(NAME, NAME, View.TOP, k));
    }

    @Override
    public Set<TargetNeed> needs() {
        return Set.of(TargetNeed.COLUMNS, TargetNeed.TOKEN_SELECTION);
    }

    @Override
    public Map<String, Double> settings(double weight) {
        Map<String, Double> settings = new LinkedHashMap<>();
        settings.put(NAME, weight);
        settings.put("uld_k", (double) k);
        return settings;
    }

    @Override
    public Map<String, LossTerm> presets() {
        return Map.of("uld", new Uld(1.5, 50, Ramp.NONE));
    }
}
