package io.stillstream.pipeline.config;

import io.stillstream.configuration.ConfigException;
import io.stillstream.configuration.RecordBinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: defaults, then the YAML file, then {@code STILLSTREAM_<SECTION>_<KEY>} of the environment, then
 * {@code section.key=value} flags; the later wins.
 */
public final class ConfigLoader {

    static final String ENVIRONMENT_PREFIX = "STILLSTREAM_";

    /** Read by the launcher and the logging configuration; no settings. */
    private static final List<String> NOT_SETTINGS = List.of(
            "STILLSTREAM_DISTRIBUTION",
            "STILLSTREAM_JAVA_OPTIONS",
            "STILLSTREAM_UMASK",
            "STILLSTREAM_LOG_LEVEL",
            "STILLSTREAM_LIBRARY_LOG_LEVEL");

    private final Map<String, String> environment;

    public ConfigLoader(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The defaults as file, environment and flags change them.
     *
     * @param file null for none
     * @param flags values by dotted name, {@code scorer.linger}
     * @throws ConfigException with every problem there is
     */
    public <R extends Record> R load(R defaults, @Nullable Path file, Map<String, String> flags) {
        RecordBinder binder = new RecordBinder();
        Map<String, Object> tree = file == null ? new LinkedHashMap<>() : YamlFile.read(file);
        Map<String, String> variables = new LinkedHashMap<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX) && !NOT_SETTINGS.contains(name)) {
                List<String> path = ofEnvironment(name.substring(ENVIRONMENT_PREFIX.length()), defaults);
                put(tree, path, value);
                variables.put(String.join(".", path), name);
            }
        });
        flags.forEach((name, value) -> {
            List<String> path = ofFlag(name, defaults);
            put(tree, path, value);
            variables.remove(String.join(".", path));
        });
        R bound = binder.bind("", tree, defaults);
        if (!binder.problems().isEmpty()) {
            throw new ConfigException(binder.problems().stream()
                    .map(problem -> withVariable(problem, variables))
                    .toList());
        }
        return bound;
    }

    /** Nobody sets a key in the environment: a problem of one is told with the variable's name. */
    private static String withVariable(String problem, Map<String, String> variables) {
        return variables.entrySet().stream()
                .filter(variable -> problem.startsWith("unknown key '" + variable.getKey() + "'")
                        || problem.startsWith(variable.getKey() + " is "))
                .findFirst()
                .map(variable -> problem + " (set by " + variable.getValue() + " in the environment)")
                .orElse(problem);
    }

    /** {@code trainer.batches.linger} is a key in sections; what follows a table of properties is one property's name. */
    private static List<String> ofFlag(String name, Record defaults) {
        List<String> path = new ArrayList<>();
        Object at = defaults;
        String rest = name;
        int dot = rest.indexOf('.');
        while (at instanceof Record section && dot > 0) {
            String key = rest.substring(0, dot);
            path.add(key);
            Record entry = RecordBinder.entryDefaults(section, key);
            at = RecordBinder.component(section, key);
            rest = rest.substring(dot + 1);
            dot = rest.indexOf('.');
            if (entry != null && dot > 0) {
                path.add(rest.substring(0, dot));
                at = entry;
                rest = rest.substring(dot + 1);
                dot = rest.indexOf('.');
            }
        }
        path.add(rest);
        return path;
    }

    /**
     * {@code TRAINER_BATCHES_LINGER} is {@code trainer.batches.linger},
     * {@code KAFKA_PROPERTIES_SECURITY_PROTOCOL} the property {@code security.protocol}, and
     * {@code PROXY_UPSTREAMS_MY_OWN_KEY} the key {@code key} of the upstream {@code my-own}.
     */
    private static List<String> ofEnvironment(String name, Record defaults) {
        List<String> path = new ArrayList<>();
        Object at = defaults;
        String rest = name.toLowerCase(Locale.ROOT).replace('_', '-');
        while (at instanceof Record section) {
            String prefixed = rest;
            Optional<String> inner = RecordBinder.unbind(section).entrySet().stream()
                    .filter(entry -> entry.getValue() instanceof Map && prefixed.startsWith(entry.getKey() + "-"))
                    .map(Map.Entry::getKey)
                    .findFirst();
            if (inner.isEmpty()) {
                break;
            }
            path.add(inner.get());
            rest = rest.substring(inner.get().length() + 1);
            Record entry = RecordBinder.entryDefaults(section, inner.get());
            if (entry != null) {
                path.addAll(ofEntry(rest, entry));
                return path;
            }
            at = RecordBinder.component(section, inner.get());
        }
        path.add(at instanceof Map ? rest.replace('-', '.') : rest);
        return path;
    }

    /** The entry's name, and the longest of its keys that the rest ends with. */
    private static List<String> ofEntry(String rest, Record entry) {
        return RecordBinder.unbind(entry).keySet().stream()
                .filter(key -> rest.endsWith("-" + key) && rest.length() > key.length() + 1)
                .max(Comparator.comparingInt(String::length))
                .map(key -> List.of(rest.substring(0, rest.length() - key.length() - 1), key))
                .orElse(List.of(rest));
    }

    private static void put(Map<String, Object> tree, List<String> path, String value) {
        String key = path.get(0);
        if (path.size() == 1) {
            tree.put(key, value);
            return;
        }
        Map<String, Object> section =
                tree.get(key) instanceof Map<?, ?> map ? RecordBinder.textKeys(map) : new LinkedHashMap<>();
        put(section, path.subList(1, path.size()), value);
        tree.put(key, section);
    }
}
