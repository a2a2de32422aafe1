package io.stillstream.configuration;

import java.math.BigInteger;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 200ms}, {@code 30s}, {@code 2m}, {@code 1h}. */
public final class Durations {

    private static final Pattern FORM = Pattern.compile("(\\d+)\\s*(ms|s|m|h)");

    /** A hundred years. In nanoseconds, which is what timers count in, it is still a long. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Durations() {}

    /** @throws IllegalArgumentException saying what a duration looks like, or how long it may be */
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a duration such as 200ms, 30s, 2m or 1h");
        }
        Duration unit = unit(matcher.group(2));
        var amount = new BigInteger(matcher.group(1));
        if (amount.compareTo(BigInteger.valueOf(LONGEST.dividedBy(unit))) > 0) {
            throw new IllegalArgumentException("a duration of at most " + LONGEST.toHours() + "h");
        }
        return unit.multipliedBy(amount.longValueExact());
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            default -> Duration.ofHours(1);
        };
    }

    /** The text that {@link #parse} reads as this duration. */
    public static String format(Duration duration) {
        if (duration.toMillis() % 1000 != 0) {
            return duration.toMillis() + "ms";
        }
        return duration.toSeconds() % 60 == 0 && !duration.isZero()
                ? duration.toMinutes() + "m"
                : duration.toSeconds() + "s";
    }
}
