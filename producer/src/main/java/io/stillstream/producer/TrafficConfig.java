package io.stillstream.producer;

import java.time.Duration;

/**
 * Where traffic is read from and how much of it is sent.
 *
 * @param source a file of JSON lines, or {@code -} for standard input
 * @param follow keep reading as the file grows, through rotation and truncation, until stopped
 * @param promptsPerSecond the highest rate; 0 for as fast as the broker takes them
 * @param heldOutFraction the share of conversations that is held out from training, 0 to 1
 * @param repeat how many times the file is read; 0 repeats until stopped
 * @param limit how many prompts are sent at most; 0 for all
 * @param maxLineBytes the longest line that is read as a prompt
 * @param duplicateWindow among how many recent ids a duplicate is found; 0 to accept duplicates
 * @param deliveryTimeout how long the broker may take to acknowledge a prompt before the producer gives up
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
        require(!source.isBlank(), "traffic.source is blank; expected a file of JSON lines, or - for standard input");
        require(
                promptsPerSecond >= 0 && Double.isFinite(promptsPerSecond),
                "traffic.prompts-per-second is " + promptsPerSecond + "; expected 0 (unlimited) or more");
        require(
                heldOutFraction >= 0 && heldOutFraction <= 1,
                "traffic.held-out-fraction is " + heldOutFraction + "; expected 0 to 1");
        require(repeat >= 0, "traffic.repeat is " + repeat + "; expected 0 (until stopped) or more");
        require(limit >= 0, "traffic.limit is " + limit + "; expected 0 (all) or more");
        require(
                maxLineBytes > 0 && maxLineBytes <= LONGEST_LINE,
                "traffic.max-line-bytes is " + maxLineBytes + "; expected 1 to " + LONGEST_LINE);
        require(duplicateWindow >= 0, "traffic.duplicate-window is " + duplicateWindow + "; expected 0 (none) or more");
        require(
                deliveryTimeout.toMillis() > 0,
                "traffic.delivery-timeout is " + deliveryTimeout + "; expected more than a millisecond");
        boolean fromInput = source.equals(STANDARD_INPUT);
        require(!(follow && fromInput), "traffic.follow needs a file; standard input is read until it ends anyway");
        require(
                repeat == 1 || !(follow || fromInput),
                "traffic.repeat is " + repeat + "; standard input and a followed file can only be read once");
    }

    /** The defaults for everything but the source. */
    public static TrafficConfig reading(String source) {
        return new TrafficConfig(source, false, 0, 0.1, 1, 0, 1 << 20, 100_000, Duration.ofSeconds(30));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new ProducerException(message);
        }
    }
}
