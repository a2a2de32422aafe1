package io.stillstream.pipeline.bakeoff;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The arms of a bake-off as a file states them:
 *
 * <pre>{@code
 * trainer:                 # optional: settings of every arm
 *   optimizer: {learning-rate: 1e-3}
 * arms:
 *   CE: {}
 *   OT:
 *     loss.multilevelot.variant: stable
 *     loss.multilevelot.alpha: 0.05
 *     teacher.top-k: 20
 *   on-policy:
 *     student-texts: {share: 0.25, every: 10}
 * }</pre>
 *
 * An arm's keys are those of {@code trainer}, or with the prefix {@code teacher.} those of {@code teacher}, or with the prefix
 * {@code student-texts.} those of {@link io.stillstream.evaluation.bakeoff.writing.StudentTextsConfig}.
 *
 * @param common settings of every arm, by dotted name
 * @param arms by name, in the file's order, what each arm changes, by dotted name
 */
public record ArmsFile(Map<String, String> common, Map<String, Map<String, String>> arms) {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final String ARMS = "arms";
    /** Where the student in training writes texts anew; without keys, with the usual ones. */
    static final String STUDENT_TEXTS = "student-texts";

    private static final List<String> SECTIONS = List.of("trainer", "teacher", STUDENT_TEXTS);

    /** @throws PipelineException when the file is not of this form */
    public static ArmsFile read(Path file) {
        Map<String, Object> tree = tree(file);
        if (!(tree.remove(ARMS) instanceof Map<?, ?> named) || named.isEmpty()) {
            throw new PipelineException(
                    file + " names no arms; expected a section 'arms' with a section for each, as 'SFT: {loss:"
                            + " cross-entropy}'");
        }
        Map<String, Map<String, String>> arms = new LinkedHashMap<>();
        named.forEach((name, settings) -> arms.put(String.valueOf(name), arm(file, String.valueOf(name), settings)));
        Map<String, String> common = new LinkedHashMap<>();
        tree.forEach((key, value) -> flatten(key, value, common));
        return new ArmsFile(common, arms);
    }

    private static Map<String, String> arm(Path file, String name, Object settings) {
        if (settings == null) {
            return Map.of();
        }
        if (!(settings instanceof Map<?, ?> keys)) {
            throw new PipelineException(file + ": arm '" + name + "' is '" + settings
                    + "'; expected settings with keys of 'trainer', as {loss: cross-entropy}");
        }
        Map<String, String> flat = new LinkedHashMap<>();
        keys.forEach((key, value) -> flatten(qualified(String.valueOf(key)), value, flat));
        if (keys.containsKey(STUDENT_TEXTS) && isEmpty(keys.get(STUDENT_TEXTS))) {
            flat.put(STUDENT_TEXTS, "");
        }
        return flat;
    }

    private static boolean isEmpty(@Nullable Object section) {
        return section == null || (section instanceof Map<?, ?> keys && keys.isEmpty());
    }

    private static String qualified(String key) {
        boolean complete = SECTIONS.stream().anyMatch(section -> key.equals(section) || key.startsWith(section + "."));
        return complete ? key : "trainer." + key;
    }

    private static void flatten(String name, Object value, Map<String, String> into) {
        if (value instanceof Map<?, ?> section) {
            section.forEach((key, inner) -> flatten(name + "." + key, inner, into));
        } else if (value instanceof List<?> list) {
            into.put(name, list.stream().map(String::valueOf).collect(Collectors.joining(",")));
        } else if (value != null) {
            into.put(name, String.valueOf(value));
        }
    }

    private static Map<String, Object> tree(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new PipelineException("no arms file " + file);
        }
        try {
            Map<String, Object> tree = YAML.readValue(file.toFile(), new TypeReference<>() {});
            return tree == null ? new LinkedHashMap<>() : tree;
        } catch (JsonProcessingException e) {
            throw new PipelineException(
                    file + ", line " + e.getLocation().getLineNr() + ": not valid YAML: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new PipelineException(file + " could not be read: " + e.getMessage(), e);
        }
    }
}
