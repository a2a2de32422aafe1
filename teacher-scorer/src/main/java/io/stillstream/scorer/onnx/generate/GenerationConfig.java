package io.stillstream.scorer.onnx.generate;

import io.stillstream.configuration.Check;
import java.util.List;

/**
 * How the teacher generates a response where the traffic has none.
 *
 * @param maxTokens the most tokens of a response; the model's context window may allow fewer
 * @param temperature the sampling temperature; 0 decodes greedily
 * @param topP sample from the most probable tokens that together hold this probability; 1 for no such limit
 * @param seed decides every draw together with the prompt's id, so that a replay generates the same text
 * @param stop texts that end a response before them, beside the model's own end tokens
 */
public record GenerationConfig(int maxTokens, double temperature, double topP, long seed, List<String> stop) {

    public static final GenerationConfig GREEDY = new GenerationConfig(128, 0, 1, 0);

    private static final double HIGHEST_TEMPERATURE = 100;

    public GenerationConfig {
        Check.atLeast("maxTokens", maxTokens, 1);
        Check.between("temperature", temperature, 0, HIGHEST_TEMPERATURE);
        Check.that(topP > 0 && topP <= 1, "topP", topP, "above 0 and at most 1");
        Check.that(!stop.contains(""), "stop", "", "texts of a character or more that a response ends before");
        stop = List.copyOf(stop);
    }

    public GenerationConfig(int maxTokens, double temperature, double topP, long seed) {
        this(maxTokens, temperature, topP, seed, List.of());
    }

    public boolean greedy() {
        return temperature == 0;
    }
}
