package io.stillstream.bench.fault.scorer;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a run of {@link ScorerChaos} does.
 *
 * @param naive whether the scorers buffer prompts in a list in memory, to check that losses are detected
 * @param seed decides the prompts, and the victims and moments of the kills as far as the machine's speed lets it
 * @param teacher an ONNX teacher's directory; null for the bundled one
 * @param deadline when the kills end, done or not; what was sent is still waited for
 * @param directory for broker, scorers and their logs
 */
public record ChaosOptions(
        int kills,
        int records,
        int partitions,
        boolean naive,
        long seed,
        @Nullable Path teacher,
        Duration deadline,
        Path directory) {

    public ChaosOptions {
        require(kills >= 0, "kills is " + kills + "; expected 0 or more");
        require(records >= 1, "records is " + records + "; expected 1 or more");
        require(partitions >= 1, "partitions is " + partitions + "; expected 1 or more");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
