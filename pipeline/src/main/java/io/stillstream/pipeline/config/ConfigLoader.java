package io.stillstream.pipeline.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: defaults, then the YAML file, then {@code STILLSTREAM_<SECTION>_<KEY>} of the environment, then
 * {@code section.key=value} flags; the later wins.
 */
public final class ConfigLoader {

    static final String ENVIRONMENT_PREFIX = "STILLSTREAM_";

    /** Read by the launcher and the logging configuration, not by the command. */
    private static final List<String> NOT_OURS =
            List.of("STILLSTREAM_LOG_LEVEL", "STILLSTREAM_LIBRARY_LOG_LEVEL", "STILLSTREAM_JAVA_OPTIONS");

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

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
        Map<String, Object> tree = file == null ? new LinkedHashMap<>() : read(file);
        Map<String, Object> shape = RecordBinder.unbind(defaults);
        List<String> problems = new ArrayList<>();
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX) && !NOT_OURS.contains(name)) {
                List<String> path = path(name.substring(ENVIRONMENT_PREFIX.length()), shape);
                put(tree, path, value);
            }
        });
        flags.forEach((name, value) -> put(tree, List.of(name.split("\\.", 2)), value));
        R bound = binder.bind("", tree, defaults);
        problems.addAll(binder.problems());
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return bound;
    }

    private static Map<String, Object> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigException(List.of("no configuration file " + file));
        }
        try {
            Map<String, Object> tree =
                    YAML.readValue(file.toFile(), new TypeReference<LinkedHashMap<String, Object>>() {});
            return tree == null ? new LinkedHashMap<>() : tree;
        } catch (JsonProcessingException e) {
            throw new ConfigException(List.of(
                    file + ", line " + e.getLocation().getLineNr() + ": not YAML sections: " + e.getOriginalMessage()));
        } catch (IOException e) {
            throw new ConfigException(List.of(file + " could not be read: " + e.getMessage()));
        }
    }

    /** {@code SCORER_MAX_BATCH_TOKENS} is {@code scorer.max-batch-tokens}, {@code DATA_DIRECTORY} {@code data-directory}. */
    private static List<String> path(String name, Map<String, Object> shape) {
        String key = name.toLowerCase(Locale.ROOT).replace('_', '-');
        for (Map.Entry<String, Object> section : shape.entrySet()) {
            if (section.getValue() instanceof Map && key.startsWith(section.getKey() + "-")) {
                return List.of(section.getKey(), key.substring(section.getKey().length() + 1));
            }
        }
        return List.of(key);
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> tree, List<String> path, String value) {
        if (path.size() == 1) {
            tree.put(path.get(0), value);
            return;
        }
        Object section = tree.get(path.get(0));
        Map<String, Object> inner =
                section instanceof Map<?, ?> map ? RecordBinder.textKeys(map) : new LinkedHashMap<>();
        inner.put(path.get(1), value);
        tree.put(path.get(0), inner);
    }

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
