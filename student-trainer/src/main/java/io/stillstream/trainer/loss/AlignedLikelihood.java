package io.stillstream.trainer.loss;

import io.stillstream.configuration.Check;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Binary cross-entropy of the likelihoods of spans whose ends are token boundaries of both tokenizers, after Minixhofer et
 * al., 2503.20083.
 *
 * @param weight the weight of this term in the loss
 * @param temperature τ; likelihoods p count as p^(1/τ)
 * @param ramp changes the weight over the first steps
 */
public record AlignedLikelihood(double weight, double temperature, Ramp ramp) implements LossTerm {

    private static final String NAME = "aligned_likelihood";

    public AlignedLikelihood {
        Check.atLeast("weight", weight, 0.0);
        Check.above("temperature", temperature, 0.0);
    }

    @Override
    public List<LossValue> values() {
        return List.of(LossValue.only(NAME, "AL"));
    }

    @Override
    public List<LossScript> scripts() {
        return List.of(LossScript.of(NAME, View.LABEL));
    }

    @Override
    public Set<TargetNeed> needs() {
        return Set.of(TargetNeed.SPANS);
    }

    @Override
    public Map<String, Double> settings(double weight) {
        Map<String, Double> settings = new LinkedHashMap<>();
        settings.put(NAME, weight);
        settings.put("aligned_temperature", temperature);
        return settings;
    }

    @Override
    public Map<String, LossTerm> presets() {
        return Map.of("aligned-likelihood", new AlignedLikelihood(1, 1, Ramp.NONE));
    }
}
