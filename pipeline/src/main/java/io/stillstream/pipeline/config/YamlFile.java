package io.stillstream.pipeline.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.stillstream.configuration.ConfigException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads a configuration file as plain keys, values and lists. What YAML has beyond them is refused by name and place: it would
 * be read as something else than it says (an alias as the text of its name), or cost more than a file of this kind may.
 */
final class YamlFile {

    /** Many times what a file with every key and its description has. */
    static final long MOST_BYTES = 1 << 20;

    /** Levels of sections and lists; the configuration has five. */
    static final int DEEPEST = 20;

    private static final YAMLFactory FACTORY = new YAMLFactory();

    private final Path file;
    /** The parser's offsets count these. */
    private final int[] codePoints;

    private final YAMLParser parser;

    private YamlFile(Path file, int[] codePoints, YAMLParser parser) {
        this.file = file;
        this.codePoints = codePoints;
        this.parser = parser;
    }

    /**
     * An empty file is an empty tree.
     *
     * @throws ConfigException when it cannot be read, or is not what a configuration file is made of
     */
    static Map<String, Object> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ConfigException(List.of(
                    Files.exists(file)
                            ? file + " is no regular file; expected a configuration file"
                            : "no configuration file " + file));
        }
        try {
            long size = Files.size(file);
            if (size > MOST_BYTES) {
                throw new ConfigException(List.of(
                        file + " has " + size + " bytes; expected at most " + MOST_BYTES + " of a configuration file"));
            }
            String text = Files.readString(file);
            try (YAMLParser parser = FACTORY.createParser(text)) {
                return new YamlFile(file, text.codePoints().toArray(), parser).document();
            }
        } catch (CharacterCodingException e) {
            throw new ConfigException(List.of(file + " is not UTF-8"));
        } catch (JsonProcessingException e) {
            throw new ConfigException(List.of(at(file, e) + YamlProblem.of(e)));
        } catch (IOException e) {
            throw new ConfigException(List.of(file + " could not be read: " + e));
        }
    }

    private Map<String, Object> document() throws IOException {
        JsonToken first = parser.nextToken();
        Object value = first == null ? null : value(1);
        if (parser.nextToken() != null) {
            throw problem("a second document begins here; expected one");
        }
        if (value == null) {
            return new LinkedHashMap<>();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> tree = new LinkedHashMap<>();
            map.forEach((key, inner) -> tree.put(String.valueOf(key), inner));
            return tree;
        }
        throw new ConfigException(List.of(file + " is " + (value instanceof List ? "a list" : "a single value")
                + "; expected sections and keys, each with a colon, as in 'kafka:'"));
    }

    private @Nullable Object value(int depth) throws IOException {
        requirePlain();
        if (depth > DEEPEST) {
            throw problem("sections or lists are nested deeper than " + DEEPEST + " levels");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> section(depth);
            case START_ARRAY -> list(depth);
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
            case VALUE_TRUE, VALUE_FALSE -> parser.getBooleanValue();
            default -> parser.getText();
        };
    }

    private Map<String, @Nullable Object> section(int depth) throws IOException {
        Map<String, @Nullable Object> section = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            requirePlain();
            String key = parser.currentName();
            if (section.containsKey(key)) {
                throw problem("the key '" + key + "' is there twice in its section; expected it once");
            }
            parser.nextToken();
            section.put(key, value(depth + 1));
        }
        return section;
    }

    private List<@Nullable Object> list(int depth) throws IOException {
        List<@Nullable Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(depth + 1));
        }
        return list;
    }

    /** Without the names of what is refused: a password that nobody quoted may begin with one of these signs. */
    private void requirePlain() throws IOException {
        if (parser.isCurrentAlias()) {
            throw problem(
                    "an alias, a text that begins with *, stands for a value elsewhere, which is not supported; expected"
                            + " the value itself, or quotes around such a text");
        }
        if (parser.getObjectId() != null || beginsWithAnchor()) {
            throw problem(
                    "an anchor, a text that begins with &, names a value for use elsewhere, which is not supported;"
                            + " expected the value without it, or quotes around such a text");
        }
        if (parser.getTypeId() != null) {
            throw problem(
                    "a tag, a text that begins with !, says of what type a value is, which is not supported; expected"
                            + " the value without it, or quotes around such a text");
        }
    }

    /** Of a single value the parser does not tell the anchor, but its place is that of the anchor. */
    private boolean beginsWithAnchor() {
        long offset = parser.currentTokenLocation().getCharOffset();
        return offset >= 0 && offset < codePoints.length && codePoints[(int) offset] == '&';
    }

    private ConfigException problem(String what) {
        return new ConfigException(List.of(at(file, parser.currentTokenLocation()) + what));
    }

    /** Where YAML's own parser found it; the place of the exception around it is that of the token before. */
    private static String at(Path file, JsonProcessingException e) {
        return e.getCause() instanceof MarkedYAMLException marked && marked.getProblemMark() != null
                ? at(
                        file,
                        marked.getProblemMark().getLine() + 1,
                        marked.getProblemMark().getColumn() + 1)
                : at(file, e.getLocation());
    }

    private static String at(Path file, @Nullable JsonLocation place) {
        return place == null ? file + ": " : at(file, place.getLineNr(), place.getColumnNr());
    }

    private static String at(Path file, int line, int column) {
        return file + ", line " + line + ", column " + column + ": ";
    }
}
