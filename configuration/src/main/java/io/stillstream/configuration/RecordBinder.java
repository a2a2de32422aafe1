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
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Fills records from trees of text. A component named {@code maxBatchTokens} is the key {@code max-batch-tokens}; a
 * component that is a record is a section, one of a sealed type a section with a {@code type}; what is absent keeps the
 * default's value. Range checks are the record's own constructor. Problems are collected, so that a user sees all of them at once.
 */
public final class RecordBinder {

    private static final String TYPE = "type";

    private final List<String> problems = new ArrayList<>();

    public List<String> problems() {
        return problems;
    }

    /** A record like {@code defaults} with the values of the tree in their places. */
    public <R extends Record> R bind(String section, Map<String, Object> tree, R defaults) {
        RecordComponent[] components = defaults.getClass().getRecordComponents();
        Set<String> known = Arrays.stream(components)
                .map(component -> key(component.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
        tree.keySet().stream()
                .filter(key -> !known.contains(key))
                .forEach(key ->
                        problems.add("unknown key '" + join(section, key) + "'" + NearestName.suggestion(key, known)));
        @Nullable Object[] values = new Object[components.length];
        int before = problems.size();
        for (int i = 0; i < components.length; i++) {
            String key = key(components[i].getName());
            Object current = value(defaults, components[i]);
            values[i] = tree.containsKey(key)
                    ? convert(join(section, key), tree.get(key), components[i].getGenericType(), current)
                    : current;
        }
        return problems.size() > before ? defaults : construct(section, defaults, values);
    }

    /** The tree that {@link #bind} reads a record from. */
    public static Map<String, Object> unbind(Record record) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = value(record, component);
            if (value instanceof Record section) {
                Map<String, Object> inner = unbind(section);
                if (component.getType().isSealed()) {
                    inner.put(TYPE, typeName(section.getClass()));
                }
                tree.put(key(component.getName()), inner);
            } else if (value != null) {
                tree.put(key(component.getName()), text(value));
            }
        }
        return tree;
    }

    /** What a key of a record holds; null for an unknown key too. */
    public static @Nullable Object component(Record record, String key) {
        return Arrays.stream(record.getClass().getRecordComponents())
                .filter(component -> key(component.getName()).equals(key))
                .findFirst()
                .map(component -> value(record, component))
                .orElse(null);
    }

    static String key(String component) {
        return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    private static Object text(Object value) {
        if (value instanceof Map || value instanceof List || value instanceof Number || value instanceof Boolean) {
            return value;
        }
        if (value instanceof Duration duration) {
            return Durations.format(duration);
        }
        return value instanceof Enum<?> constant ? key(constant) : value.toString();
    }

    private @Nullable Object convert(String name, @Nullable Object found, Type type, @Nullable Object current) {
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
            return Map.class.isAssignableFrom(raw) || List.class.isAssignableFrom(raw)
                    ? collection(name, found, raw)
                    : scalar(found.toString().strip(), raw);
        } catch (IllegalArgumentException e) {
            problems.add(name + " is '" + found + "'; expected " + e.getMessage());
            return current;
        }
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
        String chosen = String.valueOf(tree.remove(TYPE));
        Class<?>[] permitted = sealed.getPermittedSubclasses();
        Class<?> type = Arrays.stream(permitted)
                .filter(candidate -> typeName(candidate).equals(chosen))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the key type to be one of "
                        + Arrays.stream(permitted).map(RecordBinder::typeName).collect(Collectors.joining(", "))));
        RecordComponent[] components = type.getRecordComponents();
        Set<String> known = Arrays.stream(components)
                .map(component -> key(component.getName()))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!tree.keySet().equals(known)) {
            throw new IllegalArgumentException("for " + chosen + " exactly the keys " + known);
        }
        Object[] values = Arrays.stream(components)
                .map(component -> convert(
                        join(name, key(component.getName())),
                        tree.get(key(component.getName())),
                        component.getGenericType(),
                        null))
                .toArray();
        boolean complete = Arrays.stream(values).allMatch(Objects::nonNull);
        return complete ? construct(name, type, values, current) : current;
    }

    private static String typeName(Class<?> type) {
        String name = type.getSimpleName();
        return key(name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1));
    }

    private static Object collection(String name, Object found, Class<?> raw) {
        if (Map.class.isAssignableFrom(raw) && found instanceof Map<?, ?> tree) {
            Map<String, String> entries = new LinkedHashMap<>();
            tree.forEach((key, value) -> entries.put(key.toString(), String.valueOf(value)));
            return entries;
        }
        if (List.class.isAssignableFrom(raw)) {
            return found instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : Arrays.stream(found.toString().split(","))
                            .map(String::strip)
                            .toList();
        }
        throw new IllegalArgumentException("keys and values under " + name);
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
                .filter(candidate -> key((Enum<?>) candidate)
                        .equals(text.toLowerCase(Locale.ROOT).replace('_', '-')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(candidate -> key((Enum<?>) candidate))
                                .collect(Collectors.joining(", "))));
    }

    private static String key(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @SuppressWarnings("unchecked")
    private <R extends Record> R construct(String section, R defaults, @Nullable Object[] values) {
        Object constructed = construct(section, defaults.getClass(), values, defaults);
        return constructed == null ? defaults : (R) constructed;
    }

    private @Nullable Object construct(
            String section, Class<?> type, @Nullable Object[] values, @Nullable Object otherwise) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            problems.add((section.isEmpty() ? "" : section + ": ")
                    + e.getTargetException().getMessage());
            return otherwise;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record " + type.getName() + " cannot be constructed", e);
        }
    }

    private static @Nullable Object value(Record record, RecordComponent component) {
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

    private static String join(String section, String key) {
        return section.isEmpty() ? key : section + "." + key;
    }
}
