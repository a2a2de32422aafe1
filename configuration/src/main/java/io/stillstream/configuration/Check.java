package io.stillstream.configuration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The range checks of configuration records, called by their compact constructors. Each throws an
 * {@link InvalidSettingException} that names the component, its value and what was expected.
 */
public final class Check {

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(1);

    private Check() {}

    public static void atLeast(String component, long value, long least) {
        that(value >= least, component, value, least + " or more");
    }

    public static void between(String component, long value, long least, long most) {
        that(value >= least && value <= most, component, value, least + " to " + most);
    }

    /** NaN and infinity are refused too. */
    public static void atLeast(String component, double value, double least) {
        that(Double.isFinite(value) && value >= least, component, value, plain(least) + " or more");
    }

    /** NaN and infinity are refused too. */
    public static void above(String component, double value, double bound) {
        that(Double.isFinite(value) && value > bound, component, value, "a number above " + plain(bound));
    }

    /** NaN is refused too. */
    public static void between(String component, double value, double least, double most) {
        that(value >= least && value <= most, component, value, plain(least) + " to " + plain(most));
    }

    public static void atLeast(String component, Duration value, Duration least) {
        that(value.compareTo(least) >= 0, component, value, Durations.format(least) + " or longer");
    }

    /** How long something waits: a millisecond to a day, which fits the int that clients count milliseconds in. */
    public static void timeout(String component, Duration value) {
        between(component, value, SHORTEST_TIMEOUT, LONGEST_TIMEOUT);
    }

    public static void between(String component, Duration value, Duration least, Duration most) {
        that(
                value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
                component,
                value,
                Durations.format(least) + " to " + Durations.format(most));
    }

    /** @param expected what the text should be, such as "a host name" */
    public static void notBlank(String component, String value, String expected) {
        that(!value.isBlank(), component, value, expected);
    }

    /** @param expected to stand after "expected " */
    public static void that(boolean holds, String component, @Nullable Object value, String expected) {
        if (!holds) {
            throw new InvalidSettingException(component, value, expected);
        }
    }

    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
