package io.stillstream.configuration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings that are in effect, for a person to read: secrets are masked. */
public final class EffectiveSettings {

    private static final ObjectMapper YAML = new ObjectMapper(YAMLFactory.builder()
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .stringQuotingChecker(new NumberQuoting())
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .build());

    /** Quotes text that would be read back as a number and so in another form, such as {@code 007} and {@code 1e3}. */
    private static final class NumberQuoting extends StringQuotingChecker.Default {

        private static final long serialVersionUID = 1L;
        private static final Pattern NUMBER = Pattern.compile("[-+.]?\\d[\\da-fA-FxXoO_.:+-]*|[-+]?\\.(?i:inf|nan)");

        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value) || NUMBER.matcher(value).matches();
        }
    }

    private EffectiveSettings() {}

    /** A line per value, {@code section.key: value}. */
    public static List<String> describe(Record config) {
        List<String> lines = new ArrayList<>();
        describe("", masked(config, RecordBinder.unbind(config)), lines);
        return lines;
    }

    /** All settings as a configuration file. */
    public static String yaml(Record config) {
        return yaml(masked(config, RecordBinder.unbind(config)));
    }

    /** As a configuration file the settings that are not those of {@code defaults}, a record of the same class. */
    public static String changes(Record config, Record defaults) {
        return yaml(masked(config, changes(RecordBinder.unbind(config), RecordBinder.unbind(defaults))));
    }

    private static String yaml(Map<String, Object> tree) {
        try {
            return YAML.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("settings cannot be written as YAML", e);
        }
    }

    private static void describe(String section, Map<String, Object> tree, List<String> lines) {
        tree.forEach((key, value) -> {
            String name = Keys.join(section, key);
            if (value instanceof Map<?, ?> inner) {
                describe(name, RecordBinder.textKeys(inner), lines);
            } else {
                lines.add(name + ": " + value);
            }
        });
    }

    /** @param tree the record's, or a part of it */
    private static Map<String, Object> masked(Record record, Map<String, Object> tree) {
        Map<String, Predicate<String>> secrets = Secrets.of(record);
        Map<String, Object> masked = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            Predicate<String> secret = secrets.getOrDefault(key, entry -> false);
            if (!(value instanceof Map<?, ?> inner)) {
                masked.put(key, masked(value, secret.test(key)));
            } else if (RecordBinder.component(record, key) instanceof Record section) {
                masked.put(key, masked(section, RecordBinder.textKeys(inner)));
            } else {
                masked.put(key, masked(RecordBinder.component(record, key), RecordBinder.textKeys(inner), secret));
            }
        });
        return masked;
    }

    /** @param table what the entries are of: texts, or sections */
    private static Map<String, Object> masked(
            @Nullable Object table, Map<String, Object> entries, Predicate<String> secret) {
        Map<String, Object> masked = new LinkedHashMap<>();
        entries.forEach((entry, value) -> masked.put(
                entry,
                table instanceof Map<?, ?> sections
                                && sections.get(entry) instanceof Record section
                                && value instanceof Map<?, ?> inner
                        ? masked(section, RecordBinder.textKeys(inner))
                        : masked(value, secret.test(entry))));
        return masked;
    }

    private static Object masked(Object value, boolean secret) {
        // That there is none is no secret, and is what a user looks for who forgot to set it.
        return secret && !value.equals("") ? Secrets.MASK : masked(value);
    }

    private static Object masked(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(EffectiveSettings::masked).toList();
        }
        return value instanceof String text ? Secrets.withoutUserInfo(text) : value;
    }

    private static Map<String, Object> changes(Map<String, Object> tree, Map<String, Object> defaults) {
        Map<String, Object> changes = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            Object usual = defaults.get(key);
            if (value.equals(usual)) {
                return;
            }
            // A choice is read with all of its keys, so it is kept whole.
            boolean section = value instanceof Map<?, ?> inner && !inner.containsKey(RecordBinder.TYPE);
            changes.put(
                    key,
                    section && value instanceof Map<?, ?> inner && usual instanceof Map<?, ?> before
                            ? changes(RecordBinder.textKeys(inner), RecordBinder.textKeys(before))
                            : value);
        });
        return changes;
    }
}
