package io.stillstream.scorer.onnx.generate;

import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.onnx.graph.GenerationGraph;
import java.util.List;

/**
 * How the teacher generates a response to a prompt that comes without one.
 *
 * @param maxTokens the most tokens of a response, 128 by default; the context window may allow fewer
 * @param temperature 0, the default, takes the most likely token (greedy); above 0 tokens are sampled from the logits divided by it
 * @param topP sample from the fewest most likely tokens that together hold this probability; 1, the default, from the
 *     {@value GenerationGraph#TOP_TOKENS} most likely
 * @param seed with the prompt's id decides every sampled token, so that a replay generates the same text
 * @param stop texts that end a response before them, beside the model's own end tokens; none by default
 */
public record GenerationConfig(int maxTokens, double temperature, double topP, long seed, List<String> stop) {

    public static final GenerationConfig GREEDY = new GenerationConfig(128, 0, 1, 0);

    public GenerationConfig {
        if (maxTokens < 1) {
            throw new ScorerException("generation maxTokens is " + maxTokens + "; expected 1 or more");
        }
        if (!(temperature >= 0 && temperature <= 100)) {
            throw new ScorerException("generation temperature is " + temperature + "; expected 0 (greedy) to 100");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw new ScorerException("generation topP is " + topP + "; expected above 0 and at most 1");
        }
        if (stop.contains("")) {
            throw new ScorerException(
                    "generation stop holds an empty text; expected texts that a response ends before");
        }
        stop = List.copyOf(stop);
    }

    public GenerationConfig(int maxTokens, double temperature, double topP, long seed) {
        this(maxTokens, temperature, topP, seed, List.of());
    }

    public boolean greedy() {
        return temperature == 0;
    }
}
