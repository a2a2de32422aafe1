package io.stillstream.contract.prompt;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How production answered.
 *
 * @param model the model's name there; null where it is not known
 * @param sampling parameters of the request, as {@code temperature}: each value as JSON text
 */
public record Production(@Nullable String model, Map<String, String> sampling) {

    public static final Production UNKNOWN = new Production(null, Map.of());

    public Production {
        sampling = Map.copyOf(sampling);
    }
}
