package io.stillstream.pipeline.config;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the {@code @param} tags of a record say of its components, as Markdown. */
final class RecordJavadoc {

    private static final Pattern TAG = Pattern.compile("\\{@(code|link|value)\\s+([^}]*)}");
    private static final Pattern LINK = Pattern.compile("(\\S+)(?:\\s+(.+))?");

    private final Path root;
    private final Map<Class<?>, Map<String, String>> read = new HashMap<>();

    /** @param root the directory of all modules */
    RecordJavadoc(Path root) {
        this.root = root;
    }

    /** @throws IllegalStateException when the component has no description */
    String of(Class<?> record, String component) {
        String description = read.computeIfAbsent(record, this::parameters).get(component);
        if (description == null) {
            throw new IllegalStateException("the Javadoc of " + record.getName() + " has no @param " + component
                    + "; docs/configuration.md is made of them");
        }
        return description;
    }

    private Map<String, String> parameters(Class<?> record) {
        String source = source(record);
        Matcher declaration =
                Pattern.compile("\\brecord " + record.getSimpleName() + "\\(").matcher(source);
        if (!declaration.find()) {
            throw new IllegalStateException("no record " + record.getSimpleName() + " in its source file");
        }
        int start = source.lastIndexOf("/**", declaration.start());
        String comment = source.substring(start + 3, source.indexOf("*/", start));
        Map<String, String> parameters = new HashMap<>();
        String text = comment.replaceAll("(?m)^\\s*\\* ?", "");
        for (String parameter : List.of(text.split("(?m)^@param ")).subList(1, text.split("(?m)^@param ").length)) {
            String[] parts = parameter.strip().split("\\s+", 2);
            parameters.put(parts[0], markdown(parts[1].replaceAll("\\s+", " "), record));
        }
        return parameters;
    }

    private String source(Class<?> record) {
        Class<?> outermost = record;
        while (outermost.getEnclosingClass() != null) {
            outermost = outermost.getEnclosingClass();
        }
        Path file = Path.of("src/main/java", outermost.getName().replace('.', '/') + ".java");
        try (Stream<Path> modules = Files.list(root)) {
            Path found = modules.map(module -> module.resolve(file))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no " + file + " in any module of " + root));
            return Files.readString(found);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the source of " + record.getName(), e);
        }
    }

    private static String markdown(String text, Class<?> record) {
        return TAG.matcher(text).replaceAll(tag -> Matcher.quoteReplacement(inline(tag, record)));
    }

    private static String inline(MatchResult tag, Class<?> record) {
        return switch (tag.group(1)) {
            case "link" -> link(tag.group(2));
            case "value" -> constant(tag.group(2), record);
            default -> "`" + tag.group(2).strip() + "`";
        };
    }

    /** The label after the target, or the target's simple name, so that a plural's s can follow. */
    private static String link(String content) {
        Matcher link = LINK.matcher(content);
        if (!link.matches()) {
            throw new IllegalStateException("no link: " + content);
        }
        return link.group(2) == null ? link.group(1).replaceAll(".*[.#]", "") : link.group(2);
    }

    private static String constant(String reference, Class<?> record) {
        try {
            Field field = record.getDeclaredField(reference.strip().replaceFirst("^#", ""));
            field.setAccessible(true);
            return String.valueOf(field.get(null));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no constant " + reference + " in " + record.getName(), e);
        }
    }
}
