package io.stillstream.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The settings that are in effect, as they are logged. */
public final class EffectiveSettings {

    private EffectiveSettings() {}

    /** A line per value, {@code section.key: value}, secrets masked. */
    public static List<String> describe(Record config) {
        List<String> lines = new ArrayList<>();
        describe("", RecordBinder.unbind(config), lines);
        return lines;
    }

    private static void describe(String section, Map<String, Object> tree, List<String> lines) {
        tree.forEach((key, value) -> {
            String name = section.isEmpty() ? key : section + "." + key;
            if (value instanceof Map<?, ?> inner) {
                describe(name, RecordBinder.textKeys(inner), lines);
            } else {
                lines.add(name + ": " + (isSecret(key) ? "****" : value));
            }
        });
    }

    private static boolean isSecret(String key) {
        return key.contains("password") || key.contains("secret") || key.contains("jaas");
    }
}
