package io.stillstream.trainer.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The terms that an optimizer step computes, with their weights at that step. */
public final class ActiveTerms {

    private static final String SHARES = "shares";

    private final List<LossTerm> terms;
    private final long step;
    private final boolean shares;

    ActiveTerms(List<LossTerm> terms, long step) {
        this(terms, step, false);
    }

    private ActiveTerms(List<LossTerm> terms, long step, boolean shares) {
        this.terms = List.copyOf(terms);
        this.step = step;
        this.shares = shares;
    }

    /** The same, with the norms of their gradients computed, which takes one more pass over the logits. */
    public ActiveTerms withShares() {
        return new ActiveTerms(terms, step, true);
    }

    boolean reportsShares() {
        return shares;
    }

    /** Those that learn from the labels alone: what a sequence without a teacher is trained on. */
    public ActiveTerms ofLabels() {
        return new ActiveTerms(
                terms.stream().filter(term -> term.needs().isEmpty()).toList(), step, shares);
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }

    /** The factor on each value in the sum, by its name, in the order in which the scripts compute them. */
    public Map<String, Double> weights() {
        Map<String, Double> weights = new LinkedHashMap<>();
        terms.forEach(term -> term.values().forEach(value -> weights.put(value.name(), weight(term) * value.share())));
        return weights;
    }

    /** The names of the values that have a part in the loss, whatever the step's ramp. */
    Set<String> counted() {
        return terms.stream()
                .flatMap(term -> term.values().stream())
                .filter(value -> value.share() != 0)
                .map(LossValue::name)
                .collect(Collectors.toSet());
    }

    /** The settings of all of them. */
    Map<String, Double> settings() {
        Map<String, Double> settings = new LinkedHashMap<>();
        terms.forEach(term -> settings.putAll(term.settings(weight(term))));
        return settings;
    }

    /**
     * The {@code loss} argument of {@code losses.py}: the settings; {@code weight.NAME} for each value; and {@code view.NAME}
     * for each view that is read, with its width; and {@code shares} where norms are computed.
     */
    public NDList arguments(NDManager scope) {
        Map<String, Double> settings = settings();
        Map<String, Double> all = new LinkedHashMap<>(settings);
        weights().forEach((name, weight) -> all.put("weight." + name, weight));
        terms.stream()
                .flatMap(term -> term.scripts().stream())
                .filter(script -> settings.containsKey(script.setting()))
                .forEach(script -> all.merge("view." + script.view().scriptName(), (double) script.width(), Math::max));
        if (shares) {
            all.put(SHARES, 1.0);
        }
        NDList arguments = new NDList();
        all.forEach((name, value) -> {
            NDArray argument = scope.create(value.doubleValue());
            argument.setName("loss." + name);
            arguments.add(argument);
        });
        return arguments;
    }

    private double weight(LossTerm term) {
        return term.weight() * term.ramp().factor(step);
    }
}
