package io.stillstream.contract.source;

import io.stillstream.contract.rejection.ContractException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The end of a source: a marker that its producer writes to every partition of {@code prompts} behind the last prompt there,
 * and that a scorer passes on to every partition of {@code teacher-targets} behind the targets of those prompts. Whoever has
 * read all of an end's markers has read all of the source. It is no prompt: nobody scores it, trains on it or counts it.
 *
 * @param id of this end, the same in each of its markers and in no other: a source that goes on later ends again
 * @param source its name, as in dead letters
 * @param partition of {@code prompts} that this marker was written to
 * @param partitions of {@code prompts} that have a marker of this end
 * @param endedAt when the source ended
 */
public record EndOfSource(String id, String source, int partition, int partitions, Instant endedAt) {

    /** A record with this header and the value {@code end-of-source} is a marker, whatever else it holds. */
    public static final String HEADER = "stillstream.control";

    private static final byte[] HEADER_VALUE = "end-of-source".getBytes(StandardCharsets.UTF_8);

    public EndOfSource {
        if (id.isBlank()) {
            throw new ContractException("the end of the source '" + source + "' has no id; expected a unique string");
        }
        if (partition < 0 || partition >= partitions) {
            throw new ContractException("the end of the source '" + source + "' is of partition " + partition + " of "
                    + partitions + "; expected 0 to " + (partitions - 1));
        }
    }

    /** The headers that a marker is recognised by. */
    public static Map<String, byte[]> headers() {
        return Map.of(HEADER, HEADER_VALUE.clone());
    }

    /** @param header a record's {@link #HEADER}; null where it has none */
    public static boolean isMarkedBy(byte @Nullable [] header) {
        return Arrays.equals(HEADER_VALUE, header);
    }
}
