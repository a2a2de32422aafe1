package io.stillstream.producer.capture.delivery;

import io.stillstream.configuration.Check;
import java.nio.file.Path;

/**
 * Whether captured prompts wait on disk until Kafka has them.
 *
 * @param directory where; readable by this user alone. A relative path lies in the data directory
 * @param maxBytes the most bytes that wait there, beyond which prompts are dropped and counted; 0 for no spool: they wait in
 *     memory
 */
public record SpoolConfig(Path directory, long maxBytes) {

    private static final long LEAST = 1 << 20;

    public SpoolConfig {
        Check.that(maxBytes == 0 || maxBytes >= LEAST, "maxBytes", maxBytes, LEAST + " or more, or 0 for no spool");
    }

    public static SpoolConfig none() {
        return new SpoolConfig(Path.of("capture-spool"), 0);
    }

    public boolean enabled() {
        return maxBytes > 0;
    }
}
