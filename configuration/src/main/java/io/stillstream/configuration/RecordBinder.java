package io.stillstream.configuration;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fills records from trees of text. A component named {@code maxBatchTokens} is the key {@code max-batch-tokens}; a
 * component that is a record is a section, one of a sealed type a section with a {@code type}; what is absent keeps the
 * default's value. A component that is a map of records is a table of sections, each under a name that the user chooses and
 * filled from the {@code defaults()} of its record. Range checks are the record's own constructor, see {@link Check}. Problems are collected, so that a
 * user sees all of them at once, each with the whole key as it stands in the file.
 */
public final class RecordBinder {

    static final String TYPE = "type";

    private final List<String> problems = new ArrayList<>();

    public List<String> problems() {
        return problems;
    }

    /** A record like {@code defaults} with the values of the tree in their places. */
    public <R extends Record> R bind(String section, Map<String, Object> tree, R defaults) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        reportUnknown(section, tree.keySet(), keys(components));
        Set<String> hidden = Secrets.of(defaults).keySet();
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = Keys.of(components[i].getName());
            Object current = value(defaults, components[i]);
            values[i] = tree.containsKey(key)
                    ? convert(
                            Keys.join(section, key),
                            tree.get(key),
                            components[i].getGenericType(),
                            current,
                            hidden.contains(key))
                    : current;
        }
        return construct(section, defaults, values);
    }

    private void reportUnknown(String section, Set<String> found, Set<String> known) {
        found.stream()
                .filter(key -> !known.contains(key))
                .forEach(key -> problems.add("unknown key '" + Keys.join(section, Keys.shown(key)) + "'"
                        + NearestName.suggestion(section, key, known)));
    }

    private static Set<String> keys(RecordComponent[] components) {
        return Arrays.stream(components)
                .map(component -> Keys.of(component.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The tree that {@link #bind} reads a record from. */
    public static Map<String, Object> unbind(Record record) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = value(record, component);
            if (value instanceof Record section) {
                Map<String, Object> inner = unbind(section);
                if (component.getType().isSealed()) {
                    inner.put(TYPE, Keys.ofType(section.getClass()));
                }
                tree.put(Keys.of(component.getName()), inner);
            } else if (value != null) {
                tree.put(Keys.of(component.getName()), text(value));
            }
        }
        return tree;
    }

    /** What a key of a record holds; null for an unknown key too. */
    public static @Nullable Object component(Record record, String key) {
        return Arrays.stream(record.getClass().getRecordComponents())
                .filter(component -> Keys.of(component.getName()).equals(key))
                .findFirst()
                .map(component -> value(record, component))
                .orElse(null);
    }

    /** What an entry of a component that is a map of records is filled from; null for any other component. */
    public static @Nullable Record entryDefaults(Record record, String key) {
        return Arrays.stream(record.getClass().getRecordComponents())
                .filter(component -> Keys.of(component.getName()).equals(key))
                .findFirst()
                .map(component -> entryDefaults(component.getGenericType()))
                .orElse(null);
    }

    private static @Nullable Record entryDefaults(Type type) {
        if (!(type instanceof ParameterizedType map)
                || map.getRawType() != Map.class
                || !(map.getActualTypeArguments()[1] instanceof Class<?> entry)
                || !entry.isRecord()) {
            return null;
        }
        try {
            var defaults = entry.getDeclaredMethod("defaults");
            defaults.setAccessible(true);
            return (Record) defaults.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record " + entry.getName() + " has no static defaults()", e);
        }
    }

    private static Object text(Object value) {
        if (value instanceof Map<?, ?> entries) {
            // Sorted, because the order of an immutable map is another in each process.
            Map<String, Object> sorted = new TreeMap<>(textKeys(entries));
            sorted.replaceAll((entry, inner) -> inner instanceof Record section ? unbind(section) : inner);
            return sorted;
        }
        if (value instanceof List || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Duration duration) {
            return Durations.format(duration);
        }
        return value instanceof Enum<?> constant ? Keys.of(constant) : value.toString();
    }

    /** @param hidden whether the value may be a secret, or hold one */
    private @Nullable Object convert(
            String name, @Nullable Object found, Type type, @Nullable Object current, boolean hidden) {
        Class<?> raw = type instanceof ParameterizedType parameterized
                ? (Class<?>) parameterized.getRawType()
                : (Class<?>) type;
        try {
            if (raw.isRecord()) {
                return section(name, found, current);
            }
            if (raw.isSealed()) {
                return choice(name, found, raw, current);
            }
            if (found == null) {
                return current;
            }
            if (Map.class.isAssignableFrom(raw)) {
                Record entry = entryDefaults(type);
                return entry == null ? table(name, found) : sections(name, found, entry);
            }
            return List.class.isAssignableFrom(raw) ? list(found) : scalar(name, found, raw);
        } catch (IllegalArgumentException e) {
            problems.add(name + " is " + seen(found, hidden || raw.isRecord()) + "; expected " + e.getMessage());
            return current;
        }
    }

    /**
     * What a message says of a value that has the wrong form. What stands in the place of a section may be anything, a
     * secret too, and so may all that a section or a list has in it.
     */
    private static String seen(@Nullable Object found, boolean hidden) {
        if (found instanceof Map) {
            return "a section";
        }
        if (found instanceof List) {
            return "a list";
        }
        return hidden ? "a text, which is not shown" : "'" + Secrets.withoutUserInfo(String.valueOf(found)) + "'";
    }

    private @Nullable Object section(String name, @Nullable Object found, @Nullable Object current) {
        if (found == null) {
            return current;
        }
        if (!(found instanceof Map<?, ?> tree) || !(current instanceof Record defaults)) {
            throw new IllegalArgumentException("a section with keys of its own");
        }
        return bind(name, textKeys(tree), defaults);
    }

    /** One of the records that a sealed interface permits, chosen by the key {@code type}. */
    private @Nullable Object choice(String name, @Nullable Object found, Class<?> sealed, @Nullable Object current) {
        if (found == null) {
            return current;
        }
        Map<String, Object> tree =
                found instanceof Map<?, ?> map ? textKeys(map) : new LinkedHashMap<>(Map.of(TYPE, found));
        Object chosen = tree.remove(TYPE);
        Class<?> type = Arrays.stream(sealed.getPermittedSubclasses())
                .filter(candidate -> Keys.ofType(candidate).equals(chosen))
                .findFirst()
                .orElse(null);
        if (type == null) {
            String permitted = Arrays.stream(sealed.getPermittedSubclasses())
                    .map(Keys::ofType)
                    .collect(Collectors.joining(", "));
            problems.add(new InvalidSettingException(TYPE, chosen, "one of " + permitted).problemIn(name));
            return current;
        }
        return choice(name, tree, type, current);
    }

    private @Nullable Object choice(String name, Map<String, Object> tree, Class<?> type, @Nullable Object current) {
        RecordComponent[] components = type.getRecordComponents();
        reportUnknown(name, tree.keySet(), keys(components));
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = Keys.of(components[i].getName());
            if (tree.get(key) == null) {
                String expected = "a value: type " + Keys.ofType(type) + " has no default for it";
                problems.add(new InvalidSettingException(key, null, expected).problemIn(name));
            } else {
                values[i] = convert(Keys.join(name, key), tree.get(key), components[i].getGenericType(), null, false);
            }
        }
        if (Arrays.stream(values).anyMatch(Objects::isNull)) {
            return current;
        }
        try {
            return construct(type, values);
        } catch (InvalidSettingException e) {
            problems.add(e.problemIn(name));
            return current;
        }
    }

    private Map<String, Record> sections(String name, Object found, Record defaults) {
        if (!(found instanceof Map<?, ?> tree)) {
            throw new IllegalArgumentException("a section with a section for each name");
        }
        Map<String, Record> sections = new LinkedHashMap<>();
        textKeys(tree).forEach((entry, value) -> {
            String key = Keys.join(name, Keys.shown(entry));
            if (value instanceof Map<?, ?> inner) {
                sections.put(entry, bind(key, textKeys(inner), defaults));
            } else {
                problems.add(key + " is " + (value == null ? "not set" : seen(value, true))
                        + "; expected a section with keys of its own");
            }
        });
        return sections;
    }

    private Map<String, String> table(String name, Object found) {
        if (!(found instanceof Map<?, ?> tree)) {
            throw new IllegalArgumentException("a section with keys and values");
        }
        Map<String, String> entries = new LinkedHashMap<>();
        textKeys(tree).forEach((entry, value) -> {
            if (value == null || value instanceof Map || value instanceof List) {
                problems.add(
                        Keys.join(name, Keys.shown(entry)) + " is " + (value == null ? "not set" : seen(value, true))
                                + "; expected a text, and the whole of its name before it, with its dots");
                return;
            }
            String text = value.toString();
            reportMasked(Keys.join(name, entry), text);
            entries.put(entry, text);
        });
        return entries;
    }

    private void reportMasked(String name, String text) {
        if (Secrets.isMasked(text)) {
            problems.add(name + (text.equals(Secrets.MASK) ? " is '" : " has '") + Secrets.MASK
                    + "', which stands for a secret that is not shown; expected the secret itself, here or in the"
                    + " environment");
        }
    }

    private static List<String> list(Object found) {
        if (!(found instanceof List<?> list)) {
            return Arrays.stream(requireText(found).split(","))
                    .map(String::strip)
                    .toList();
        }
        return list.stream().map(RecordBinder::requireText).toList();
    }

    private static String requireText(Object found) {
        if (found instanceof Map || found instanceof List) {
            throw new IllegalArgumentException("a list of texts");
        }
        return String.valueOf(found);
    }

    private Object scalar(String name, Object found, Class<?> type) {
        if (found instanceof Map || found instanceof List) {
            throw new IllegalArgumentException("one value");
        }
        String text = found.toString().strip();
        reportMasked(name, text);
        return scalar(text, type);
    }

    private static Object scalar(String text, Class<?> type) {
        if (type == String.class) {
            return text;
        }
        if (type == Path.class) {
            return Path.of(text);
        }
        if (type == Duration.class) {
            return Durations.parse(text);
        }
        if (type.isEnum()) {
            return constant(text, type);
        }
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException("true or false");
            }
            return Boolean.valueOf(text);
        }
        return number(text, type);
    }

    private static Object number(String text, Class<?> type) {
        String plain = text.replace("_", "");
        try {
            if (type == int.class || type == Integer.class) {
                return Integer.valueOf(plain);
            }
            if (type == long.class || type == Long.class) {
                return Long.valueOf(plain);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number", e);
        }
        try {
            if (type == float.class) {
                return Float.valueOf(plain);
            }
            if (type == double.class || type == Double.class) {
                return Double.valueOf(plain);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a number", e);
        }
        throw new IllegalStateException("no configuration of type " + type.getName());
    }

    private static Object constant(String text, Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(candidate -> Keys.of((Enum<?>) candidate)
                        .equals(text.toLowerCase(Locale.ROOT).replace('_', '-')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("one of " + Keys.ofConstants(type)));
    }

    /**
     * Where a check refuses a component, its default takes its place and the rest is checked too: a section's problems are
     * all found at once.
     */
    @SuppressWarnings("unchecked")
    private <R extends Record> R construct(String section, R defaults, @Nullable Object[] values) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        @Nullable Object[] tried = values.clone();
        for (int attempt = 0; attempt <= components.length; attempt++) {
            try {
                return (R) construct(defaults.getClass(), tried);
            } catch (InvalidSettingException e) {
                problems.add(e.problemIn(section));
                int refused = index(components, e.component());
                if (refused < 0 || Objects.equals(tried[refused], value(defaults, components[refused]))) {
                    return defaults;
                }
                tried[refused] = value(defaults, components[refused]);
            }
        }
        return defaults;
    }

    private static int index(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    static Object construct(Class<?> type, @Nullable Object[] values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getTargetException() instanceof InvalidSettingException invalid) {
                throw invalid;
            }
            throw new IllegalStateException("record " + type.getName() + " cannot be constructed", e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record " + type.getName() + " cannot be constructed", e);
        }
    }

    static @Nullable Object value(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record component " + component + " cannot be read", e);
        }
    }

    public static Map<String, Object> textKeys(Map<?, ?> tree) {
        Map<String, Object> result = new LinkedHashMap<>();
        tree.forEach((key, value) -> result.put(String.valueOf(key), value));
        return result;
    }
}
