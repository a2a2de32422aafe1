package io.stillstream.pipeline.bench;

/** Tokens a second of one way to do something, and of a plainer one. */
public record Speedup(double tokensPerSecond, double baselineTokensPerSecond) {

    public double ratio() {
        return tokensPerSecond / baselineTokensPerSecond;
    }
}
