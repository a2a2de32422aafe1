package io.stillstream.trainer.loss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Adds the terms of a step's micro-batches up, and the squared norms of their gradients. */
public final class TermSums {

    private final Map<String, Double> values = new LinkedHashMap<>();
    private final Map<String, Double> squares = new LinkedHashMap<>();

    public TermSums(List<String> terms) {
        terms.forEach(term -> {
            values.put(term, 0.0);
            squares.put(term, 0.0);
        });
    }

    /** @param report value and squared gradient norm of each of the terms, term by term */
    public void add(float[] report, List<String> terms) {
        for (int i = 0; i < terms.size(); i++) {
            values.merge(terms.get(i), (double) report[2 * i], Double::sum);
            // Positions of different micro-batches are different logits: their squares add up.
            squares.merge(terms.get(i), (double) report[2 * i + 1], Double::sum);
        }
    }

    public Map<String, Double> values() {
        return values;
    }

    /** Each term's gradient norm over the sum of all; none has a share where all are 0. */
    public Map<String, Double> shares() {
        double sum = squares.values().stream().mapToDouble(Math::sqrt).sum();
        Map<String, Double> shares = new LinkedHashMap<>();
        squares.forEach((term, square) -> shares.put(term, sum > 0 ? Math.sqrt(square) / sum : 0));
        return shares;
    }

    /** The weighted sum. */
    public double total(Map<String, Double> settings) {
        double total = 0;
        for (Map.Entry<String, Double> value : values.entrySet()) {
            total += value.getValue() * weight(value.getKey(), settings);
        }
        return total;
    }

    private static double weight(String term, Map<String, Double> settings) {
        return switch (term) {
            case "holistic_absolute_difference" -> setting("alpha", settings);
            case "sequential_logarithmic" -> setting("alpha", settings) * setting("beta", settings);
            case "sinkhorn_distance" -> setting("alpha", settings) * setting("gamma", settings);
            default -> setting(term, settings);
        };
    }

    private static double setting(String name, Map<String, Double> settings) {
        return Objects.requireNonNull(settings.get(name), name);
    }
}
