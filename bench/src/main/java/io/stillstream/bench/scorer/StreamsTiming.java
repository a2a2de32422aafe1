package io.stillstream.bench.scorer;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * One batch shape through Kafka.
 *
 * @param prompts that were in the topic at the start of a round
 * @param scorerTokensPerSecond of the scorer alone over the same prompts in the same batches, admitted beforehand
 * @param streamsTokensPerSecond of the whole application, from its first committed targets to its last
 */
public record StreamsTiming(String shape, int prompts, double scorerTokensPerSecond, double streamsTokensPerSecond) {

    /** The application's speed as a share of the scorer's alone. */
    @JsonProperty
    public double streamsToScorer() {
        return streamsTokensPerSecond / scorerTokensPerSecond;
    }
}
