package io.stillstream.scorer.export;

import io.stillstream.scorer.export.weights.WeightType;
import java.util.Objects;

/**
 * What the exported graph looks like.
 *
 * @param weightType how weight matrices are stored
 * @param withPast whether the graph takes and returns the key-value cache, which makes generation fast;
 *     without it the inputs are {@code input_ids} and {@code attention_mask} alone
 */
public record ExportOptions(WeightType weightType, boolean withPast) {

    public ExportOptions {
        Objects.requireNonNull(weightType, "weightType");
    }

    /** Full precision, with the cache. */
    public static ExportOptions defaults() {
        return new ExportOptions(WeightType.FP32, true);
    }
}
