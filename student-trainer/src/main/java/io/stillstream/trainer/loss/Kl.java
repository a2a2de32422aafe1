package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * KL(t ‖ s) where teacher and student have one vocabulary; the tokens that a record leaves out are one bucket.
 *
 * @param weight the weight of this term in the loss
 * @param ramp changes the weight over the first steps
 */
public record Kl(double weight, Ramp ramp) implements LossTerm {

    private static final String NAME = "kl";

    public Kl {
        Check.atLeast("weight", weight, 0.0);
    }

    @Override
    public List<LossValue> values() {
        return List.of(LossValue.only(NAME, "KL"));
    }

    @Override
    public List<LossScript> scripts() {
        return List.of(LossScript.of(NAME, View.SHARED));
    }

    @Override
    public Set<TargetNeed> needs() {
        return Set.of(TargetNeed.SHARED_IDS);
    }

    @Override
    public Map<String, Double> settings(double weight) {
        return Map.of(NAME, weight);
    }

    @Override
    public Map<String, LossTerm> presets() {
        return Map.of("kl", new Kl(1, Ramp.NONE));
    }
}
