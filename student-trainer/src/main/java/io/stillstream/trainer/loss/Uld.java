package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Universal Logit Distillation, Boizard et al., 2402.12030; its paper's weight is 1.5.
 *
 * @param weight the weight of this term in the loss
 * @param k how many of each position's most probable tokens count
 * @param ramp changes the weight over the first steps
 */
public record Uld(double weight, int k, Ramp ramp) implements LossTerm {

    private static final String NAME = "uld";

    public Uld {
        Check.atLeast("weight", weight, 0.0);
        Check.atLeast("k", k, 1);
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
