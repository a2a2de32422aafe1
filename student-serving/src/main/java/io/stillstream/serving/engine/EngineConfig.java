package io.stillstream.serving.engine;

import io.stillstream.configuration.Check;
import java.time.Duration;

/**
 * How many requests are decoded at once.
 *
 * @param slots requests that are decoded in the same steps; each has a place in the key-value cache
 * @param queue requests that wait for a slot; one more is refused
 * @param queueTimeout how long a request may wait for a slot; then it is refused, as one that finds the queue full
 * @param contextTokens the longest text of a request, prompt and answer; shorter where the student's context window is. Each slot has
 *     memory for the keys and values of as many
 * @param prefillTokens the most tokens of a prompt that are read between two steps of the requests that are being answered
 */
public record EngineConfig(int slots, int queue, Duration queueTimeout, int contextTokens, int prefillTokens) {

    private static final int MOST_SLOTS = 1024;

    public EngineConfig {
        Check.between("slots", slots, 1, MOST_SLOTS);
        Check.atLeast("queue", queue, 0);
        Check.timeout("queueTimeout", queueTimeout);
        Check.atLeast("contextTokens", contextTokens, 2);
        Check.atLeast("prefillTokens", prefillTokens, 1);
    }

    public static EngineConfig defaults() {
        return new EngineConfig(8, 64, Duration.ofSeconds(5), 2048, 256);
    }

    /** The longest text of a student of this context window. */
    int contextTokens(int window) {
        return Math.min(contextTokens, window);
    }
}
