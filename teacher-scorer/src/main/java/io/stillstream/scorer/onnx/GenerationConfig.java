package io.stillstream.scorer.onnx;

import io.stillstream.scorer.ScorerException;

/**
 * How the teacher writes a response that production did not give.
 *
 * @param maxTokens the most tokens of a response, 128 by default; the context window may allow fewer
 * @param temperature 0, the default, takes the likeliest token; above 0 tokens are drawn from the distribution so heated
 * @param topP draw from the likeliest tokens that together hold this probability; 1, the default, from all
 *     {@value GenerationGraph#CANDIDATES} candidates
 * @param seed with the prompt's id decides every draw, so that a replay writes the same text
 */
public record GenerationConfig(int maxTokens, double temperature, double topP, long seed) {

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
    }

    boolean greedy() {
        return temperature == 0;
    }
}
