package io.stillstream.configuration;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How names in Java are spelled in a configuration file: {@code maxBatchTokens} is {@code max-batch-tokens}. */
final class Keys {

    private static final Pattern NAME = Pattern.compile("[\\w.-]*");

    private Keys() {}

    /** @param component a record component's name, or several with dots between them */
    static String of(String component) {
        return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The value of {@code type} that chooses one of a sealed interface's records. */
    static String ofType(Class<?> type) {
        String name = type.getSimpleName();
        return of(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1));
    }

    /** Those of all constants, comma-separated. */
    static String ofConstants(Class<?> enumType) {
        return Arrays.stream(enumType.getEnumConstants())
                .map(constant -> of((Enum<?>) constant))
                .collect(Collectors.joining(", "));
    }

    /** As much of a key as can be a name: what follows may be a value that was written into it, and a secret. */
    static String shown(String key) {
        Matcher name = NAME.matcher(key);
        return name.lookingAt() && !name.hitEnd() ? name.group() + "…" : key;
    }

    static String join(String section, String key) {
        return section.isEmpty() ? key : section + "." + key;
    }
}
