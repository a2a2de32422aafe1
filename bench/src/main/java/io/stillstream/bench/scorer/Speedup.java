package io.stillstream.bench.scorer;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Tokens a second of one way to do something, and of a plainer one. */
public record Speedup(double tokensPerSecond, double baselineTokensPerSecond) {

    @JsonProperty
    public double ratio() {
        return tokensPerSecond / baselineTokensPerSecond;
    }
}
