package io.stillstream.trainer.loss;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds the terms of a step's micro-batches up, and the squared norms of their gradients. */
public final class TermSums {

    private final boolean norms;
    private final Map<String, Double> weights;
    private final Set<String> counted;
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final Map<String, Double> squares = new LinkedHashMap<>();

    /** @param terms those of the step */
    public TermSums(ActiveTerms terms) {
        this.norms = terms.reportsShares();
        this.weights = terms.weights();
        this.counted = terms.counted();
        weights.keySet().forEach(name -> {
            values.put(name, 0.0);
            squares.put(name, 0.0);
        });
    }

    /**
     * @param report value and squared gradient norm of each value of the terms, value by value
     * @param terms those of the micro-batch
     */
    public void add(float[] report, ActiveTerms terms) {
        List<String> names = new ArrayList<>(terms.weights().keySet());
        for (int i = 0; i < names.size(); i++) {
            values.merge(names.get(i), (double) report[2 * i], Double::sum);
            // Positions of different micro-batches are different logits: their squares add up.
            squares.merge(names.get(i), (double) report[2 * i + 1], Double::sum);
        }
    }

    /** Of those that have a part in the loss. */
    public Map<String, Double> values() {
        return counted(values);
    }

    private Map<String, Double> counted(Map<String, Double> all) {
        Map<String, Double> kept = new LinkedHashMap<>(all);
        kept.keySet().retainAll(counted);
        return kept;
    }

    /** Each term's gradient norm over the sum of all, 0 where all are 0; empty where norms are not computed. */
    public Map<String, Double> shares() {
        if (!norms) {
            return Map.of();
        }
        double sum = squares.values().stream().mapToDouble(Math::sqrt).sum();
        Map<String, Double> shares = new LinkedHashMap<>();
        squares.forEach((term, square) -> shares.put(term, sum > 0 ? Math.sqrt(square) / sum : 0));
        return counted(shares);
    }

    /** The weighted sum. */
    public double total() {
        double total = 0;
        for (Map.Entry<String, Double> weight : weights.entrySet()) {
            total += values.getOrDefault(weight.getKey(), 0.0) * weight.getValue();
        }
        return total;
    }
}
