package io.stillstream.bench.fault.hostile;

import java.nio.file.Path;

/**
 * What a run of {@link HostileStream} does.
 *
 * @param records all of them
 * @param share of them that are hostile
 * @param directory for broker, stages and their logs
 */
public record HostileStreamOptions(int records, double share, long seed, Path directory) {

    public HostileStreamOptions {
        require(records >= 1, "records is " + records + "; expected 1 or more");
        require(share >= 0 && share <= 1, "hostile is " + share + "; expected a share from 0 to 1");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
