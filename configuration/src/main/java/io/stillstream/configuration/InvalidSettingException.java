package io.stillstream.configuration;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A setting has a value that it cannot have. The record that refuses it names its own component; where the record stands
 * in a file only the reader of the file knows, and {@link #problemIn} spells the key as it is there.
 */
public final class InvalidSettingException extends RuntimeException {

    private final String component;
    private final String key;
    private final String rest;

    /**
     * @param component the record component's name, as {@code maxBatchTokens}; a component of a component after a dot
     * @param value what it is; null where it is not set
     * @param expected what it could be, to stand after "expected "
     */
    public InvalidSettingException(String component, @Nullable Object value, String expected) {
        this(component, Keys.of(component), state(value) + expected);
    }

    private InvalidSettingException(String component, String key, String rest) {
        super(key + rest);
        this.component = component;
        this.key = key;
        this.rest = rest;
    }

    /** Of one entry of a component that is a map. */
    public static InvalidSettingException ofEntry(String component, String entry, String value, String expected) {
        return new InvalidSettingException(component, Keys.of(component) + "." + entry, state(value) + expected);
    }

    /** Of one entry of a component that is a map and {@linkplain HoldsSecrets may hold secrets}: its value is not shown. */
    public static InvalidSettingException ofHiddenEntry(String component, String entry, String expected) {
        return new InvalidSettingException(
                component,
                Keys.of(component) + "." + Keys.shown(entry),
                " is set, to a value that is not shown; expected " + expected);
    }

    /** Of a component that is a {@linkplain HoldsSecrets secret}: its value is not shown. */
    public static InvalidSettingException ofSecret(String component, String expected) {
        return new InvalidSettingException(
                component, Keys.of(component), " is set, to a value that is not shown; expected " + expected);
    }

    /** The component, and where it has dots the first of them. */
    public String component() {
        int dot = component.indexOf('.');
        return dot < 0 ? component : component.substring(0, dot);
    }

    /** The message with the whole key of a record that is a section of that name: {@code scorer.linger is 0s; …}. */
    public String problemIn(String section) {
        return Keys.join(section, key) + rest;
    }

    private static String state(@Nullable Object value) {
        if (value == null) {
            return " is not set; expected ";
        }
        if (value instanceof Enum<?> constant) {
            return " is " + Keys.of(constant) + "; expected ";
        }
        if (value instanceof Duration duration) {
            return " is " + Durations.format(duration) + "; expected ";
        }
        return (value instanceof Number || value instanceof Boolean
                        ? " is " + value
                        : " is '" + Secrets.withoutUserInfo(value.toString()) + "'")
                + "; expected ";
    }
}
