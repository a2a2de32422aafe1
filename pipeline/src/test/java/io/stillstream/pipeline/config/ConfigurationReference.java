package io.stillstream.pipeline.config;

import io.stillstream.configuration.RecordBinder;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Every key of the configuration as Markdown: a table a section, a row a key. */
final class ConfigurationReference {

    private static final String HEADER = "| key | default | value | meaning |\n|---|---|---|---|\n";
    private static final String TYPE = "type";

    /** The ends of names that say what a number counts. */
    private static final Map<String, String> UNITS = Map.of(
            "Mebibytes", "MiB",
            "Bytes", "bytes",
            "Tokens", "tokens",
            "Steps", "steps",
            "PerSecond", "per second");

    private final RecordJavadoc javadoc;
    private final StringBuilder out = new StringBuilder();

    private ConfigurationReference(RecordJavadoc javadoc) {
        this.javadoc = javadoc;
    }

    static String of(Record defaults, Path root) {
        var reference = new ConfigurationReference(new RecordJavadoc(root));
        reference.section("", "", defaults);
        return reference.out.toString();
    }

    private void section(String name, String meaning, Record defaults) {
        if (!name.isEmpty()) {
            out.append("\n")
                    .append(name.contains(".") ? "### " : "## ")
                    .append(name)
                    .append("\n\n");
            out.append(sentence(meaning)).append("\n");
        }
        List<RecordComponent> components = List.of(defaults.getClass().getRecordComponents());
        Map<String, Object> values = RecordBinder.unbind(defaults);
        String rows = components.stream()
                .filter(component -> !component.getType().isRecord()
                        && RecordBinder.entryDefaults(defaults, key(component.getName())) == null)
                .map(component -> rows(name, component, values))
                .collect(Collectors.joining());
        if (!rows.isEmpty()) {
            out.append("\n").append(HEADER).append(rows);
        }
        components.forEach(component -> {
            String key = key(component.getName());
            Record entry = RecordBinder.entryDefaults(defaults, key);
            if (component.getType().isRecord()) {
                section(join(name, key), javadoc.of(defaults.getClass(), component.getName()), (Record)
                        Objects.requireNonNull(RecordBinder.component(defaults, key)));
            } else if (entry != null) {
                section(join(join(name, key), "NAME"), javadoc.of(defaults.getClass(), component.getName()), entry);
            }
        });
    }

    private String rows(String section, RecordComponent component, Map<String, Object> values) {
        String key = key(component.getName());
        String meaning = javadoc.of(component.getDeclaringRecord(), component.getName());
        if (component.getType().isSealed()) {
            return choice(join(section, key), component.getType(), values.get(key), meaning);
        }
        return row(join(section, key), shown(values.get(key)), value(component), meaning);
    }

    private String choice(String name, Class<?> sealed, Object usual, String meaning) {
        List<Class<?>> types = List.of(sealed.getPermittedSubclasses());
        String names =
                types.stream().map(ConfigurationReference::typeName).collect(Collectors.joining("`, `", "`", "`"));
        StringBuilder rows =
                new StringBuilder(row(join(name, TYPE), shown(((Map<?, ?>) usual).get(TYPE)), names, meaning));
        for (Class<?> type : types) {
            for (RecordComponent component : type.getRecordComponents()) {
                rows.append(row(
                        join(name, key(component.getName())),
                        "",
                        value(component),
                        "required by type `" + typeName(type) + "`: " + javadoc.of(type, component.getName())));
            }
        }
        return rows.toString();
    }

    private static String row(String key, String usual, String value, String meaning) {
        return "| `" + key + "` | " + usual + " | " + value.replace("|", "\\|") + " | " + meaning.replace("|", "\\|")
                + " |\n";
    }

    private static String shown(Object value) {
        if (value == null) {
            return "not set";
        }
        String text = value instanceof Double number ? plain(number) : value.toString();
        boolean empty = text.isEmpty() || text.equals("[]") || text.equals("{}");
        return empty ? "empty" : "`" + text + "`";
    }

    private static String plain(double number) {
        return number == Math.rint(number)
                ? Long.toString((long) number)
                : BigDecimal.valueOf(number).stripTrailingZeros().toString();
    }

    private static String value(RecordComponent component) {
        Class<?> type = component.getType();
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> "`"
                            + ((Enum<?>) constant)
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', '-') + "`")
                    .collect(Collectors.joining(", "));
        }
        if (type == boolean.class) {
            return "`true`, `false`";
        }
        if (type == Duration.class) {
            return "duration";
        }
        if (type == Path.class) {
            return "path";
        }
        if (type == String.class) {
            return "text";
        }
        if (List.class.isAssignableFrom(type)) {
            return "list of text";
        }
        if (Map.class.isAssignableFrom(type)) {
            return "names and values";
        }
        return number(component.getName(), component.getGenericType());
    }

    private static String number(String name, Type type) {
        if (type instanceof ParameterizedType) {
            throw new IllegalStateException("no description of " + type);
        }
        boolean whole =
                List.of(int.class, long.class, Integer.class, Long.class).contains(type);
        String unit = UNITS.entrySet().stream()
                .filter(entry ->
                        name.toLowerCase(Locale.ROOT).endsWith(entry.getKey().toLowerCase(Locale.ROOT)))
                .map(entry -> ", " + entry.getValue())
                .sorted()
                .findFirst()
                .orElse("");
        return (whole ? "whole number" : "number") + unit;
    }

    private static String sentence(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1) + ".";
    }

    private static String typeName(Class<?> type) {
        return key(type.getSimpleName()).substring(1);
    }

    private static String key(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static String join(String section, String key) {
        return section.isEmpty() ? key : section + "." + key;
    }
}
