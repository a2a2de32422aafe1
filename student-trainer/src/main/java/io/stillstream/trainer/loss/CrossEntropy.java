package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * −(1/T) Σ_t log s(t)[label_t].
 *
 * @param weight the weight of this term in the loss
 * @param ramp changes the weight over the first steps
 */
public record CrossEntropy(double weight, Ramp ramp) implements LossTerm {

    private static final String NAME = "cross_entropy";

    public CrossEntropy {
        Check.atLeast("weight", weight, 0.0);
    }

    @Override
    public List<LossValue> values() {
        return List.of(LossValue.only(NAME, "CE"));
    }

    @Override
    public List<LossScript> scripts() {
        return List.of(LossScript.of(NAME, View.LABEL));
    }

    @Override
    public Set<TargetNeed> needs() {
        return Set.of();
    }

    @Override
    public Map<String, Double> settings(double weight) {
        return Map.of(NAME, weight);
    }

    @Override
    public Map<String, LossTerm> presets() {
        return Map.of("cross-entropy", new CrossEntropy(1, Ramp.NONE));
    }
}
