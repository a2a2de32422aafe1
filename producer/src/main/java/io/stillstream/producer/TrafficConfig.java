package io.stillstream.producer;

import io.stillstream.configuration.Check;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where traffic is read from and how much of it is sent.
 *
 * @param source a file, a directory, a pattern such as {@code logs/*.jsonl.gz}, or {@code -} for standard input
 * @param name what the source's position is stored under, and what a second producer of it is known by; empty for the place of
 *     each file
 * @param follow whether to keep reading as files grow, through rotation and truncation, until stopped
 * @param fromStart whether to read from the start whatever was read before
 * @param promptsPerSecond the most prompts sent in a second; 0 sends as fast as the broker takes them
 * @param maxInFlight the most prompts that are sent and not scored, or scored and not read by the trainer, in a process that
 *     runs all stages: traffic then flows as fast as the slowest stage takes it; 0 for no limit. A producer alone does not see
 *     the other stages and is not held back
 * @param heldOutFraction the share of conversations that is kept from training, 0 to 1
 * @param repeat how many times the file is read; 0 repeats until stopped
 * @param limit the most prompts that are sent; 0 sends all
 * @param maxLineBytes the longest line that is read as a prompt; a longer one is dead-lettered
 * @param duplicateWindow how many of the last ids, of all files of the source together, are compared with a new one of the same
 *     file; a repeated id is dead-lettered
 * @param shownRejections of each code, how many rejected lines are shown with their reason as they are met
 * @param transactionRecords the most prompts and dead letters that become visible together
 * @param transactionLinger the longest that a prompt waits for others to become visible with
 * @param deliveryTimeout how long the broker may take to accept a prompt before the producer gives up
 * @param fields where everything stands in a line, for shapes that are not known: JSON pointers, as
 *     {@code messages: /request/messages}; names are {@code messages} or {@code prompt}, {@code system}, {@code tools},
 *     {@code response}, {@code finish_reason}, {@code id}, {@code conversation_id}, {@code tenant}, {@code created_at},
 *     {@code reference}, {@code model}, {@code metadata}; empty to find out by the line's shape
 */
public record TrafficConfig(
        String source,
        String name,
        boolean follow,
        boolean fromStart,
        double promptsPerSecond,
        int maxInFlight,
        double heldOutFraction,
        int repeat,
        long limit,
        int maxLineBytes,
        int duplicateWindow,
        int shownRejections,
        int transactionRecords,
        Duration transactionLinger,
        Duration deliveryTimeout,
        Map<String, String> fields) {

    /** The source that stands for standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final int LONGEST_LINE = 64 << 20;
    private static final Duration LONGEST_LINGER = Duration.ofMinutes(1);

    private static final Set<String> FIELDS = Set.of(
            "messages",
            "prompt",
            "system",
            "tools",
            "response",
            "finish_reason",
            "id",
            "conversation_id",
            "tenant",
            "created_at",
            "reference",
            "model",
            "metadata");

    public TrafficConfig {
        fields = Map.copyOf(fields);
        fields.forEach((field, pointer) -> {
            Check.that(FIELDS.contains(field), "fields", field, "names out of " + new TreeSet<>(FIELDS));
            Check.that(
                    pointer.startsWith("/"), "fields", field + ": " + pointer, "JSON pointers, as /request/messages");
        });
        Check.that(
                fields.isEmpty() || fields.containsKey("messages") != fields.containsKey("prompt"),
                "fields",
                fields,
                "either messages or prompt among them");
        Check.notBlank("source", source, "a file, a directory, a pattern, or - for standard input");
        Check.atLeast("promptsPerSecond", promptsPerSecond, 0);
        Check.atLeast("maxInFlight", maxInFlight, 0);
        Check.between("heldOutFraction", heldOutFraction, 0, 1);
        Check.atLeast("repeat", repeat, 0);
        Check.atLeast("limit", limit, 0);
        Check.between("maxLineBytes", maxLineBytes, 1, LONGEST_LINE);
        Check.atLeast("duplicateWindow", duplicateWindow, 0);
        Check.atLeast("shownRejections", shownRejections, 0);
        Check.atLeast("transactionRecords", transactionRecords, 1);
        Check.between("transactionLinger", transactionLinger, Duration.ZERO, LONGEST_LINGER);
        Check.timeout("deliveryTimeout", deliveryTimeout);
        Check.that(repeat == 1 || !follow, "repeat", repeat, "1: a followed file can only be read once");
    }

    /** The defaults, reading that source. */
    public static TrafficConfig reading(String source) {
        return new TrafficConfig(
                source,
                "",
                false,
                false,
                0,
                0,
                0.1,
                1,
                0,
                1 << 20,
                100_000,
                3,
                50_000,
                Duration.ofMillis(500),
                Duration.ofSeconds(30),
                Map.of());
    }
}
