package io.stillstream.bench.fault.proxy;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What a run of {@link ProxyChaos} does.
 *
 * @param rate calls a second around and during the time that the broker hangs
 * @param away how long the broker hangs; as long before and after it is quiet
 * @param exchanges calls that are counted on the topic afterwards
 * @param aborts callers that go away, half of them before the first byte of their answer
 * @param directory for broker, proxy and their logs
 */
public record ProxyChaosOptions(double rate, Duration away, int exchanges, int aborts, Path directory) {

    public ProxyChaosOptions {
        require(rate > 0, "rate is " + rate + "; expected more than 0");
        require(!away.isNegative(), "away is " + away + "; expected 0 or more");
        require(exchanges >= 0, "exchanges is " + exchanges + "; expected 0 or more");
        require(aborts >= 0, "aborts is " + aborts + "; expected 0 or more");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
