package io.stillstream.producer;

import io.stillstream.configuration.Check;
import java.time.Duration;

/**
 * Where traffic is read from and how much of it is sent.
 *
 * @param source a file of JSON lines, or {@code -} for standard input
 * @param follow whether to keep reading as the file grows, through rotation and truncation, until stopped
 * @param promptsPerSecond the most prompts sent in a second; 0 sends as fast as the broker takes them
 * @param heldOutFraction the share of conversations that is kept from training, 0 to 1
 * @param repeat how many times the file is read; 0 repeats until stopped
 * @param limit the most prompts that are sent; 0 sends all
 * @param maxLineBytes the longest line that is read as a prompt; a longer one is dead-lettered
 * @param duplicateWindow how many of the last ids are compared with a new one; a repeated id is dead-lettered
 * @param deliveryTimeout how long the broker may take to accept a prompt before the producer gives up
 */
public record TrafficConfig(
        String source,
        boolean follow,
        double promptsPerSecond,
        double heldOutFraction,
        int repeat,
        long limit,
        int maxLineBytes,
        int duplicateWindow,
        Duration deliveryTimeout) {

    /** The source that stands for standard input. */
    public static final String STANDARD_INPUT = "-";

    private static final int LONGEST_LINE = 64 << 20;

    public TrafficConfig {
        Check.notBlank("source", source, "a file of JSON lines, or - for standard input");
        Check.atLeast("promptsPerSecond", promptsPerSecond, 0);
        Check.between("heldOutFraction", heldOutFraction, 0, 1);
        Check.atLeast("repeat", repeat, 0);
        Check.atLeast("limit", limit, 0);
        Check.between("maxLineBytes", maxLineBytes, 1, LONGEST_LINE);
        Check.atLeast("duplicateWindow", duplicateWindow, 0);
        Check.atLeast("deliveryTimeout", deliveryTimeout, Duration.ofMillis(1));
        boolean fromInput = source.equals(STANDARD_INPUT);
        Check.that(!(follow && fromInput), "follow", true, "false: standard input is read until it ends, not followed");
        Check.that(
                repeat == 1 || !(follow || fromInput),
                "repeat",
                repeat,
                "1: standard input and a followed file can only be read once");
    }

    /** The defaults, reading that source. */
    public static TrafficConfig reading(String source) {
        return new TrafficConfig(source, false, 0, 0.1, 1, 0, 1 << 20, 100_000, Duration.ofSeconds(30));
    }
}
