package io.stillstream.huggingface;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.JsonProblem;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the JSON files of a model directory strictly: no field twice, nothing after the value, no nesting that would overflow
 * a stack, and no file that would fill the memory. What is wrong is told in one line.
 */
public final class ModelJson {

    /** More than twice the size of the largest tokenizer.json that is published. */
    static final long MAXIMUM_BYTES = 64L << 20;

    /** What the tokenizers library reads. */
    private static final int DEEPEST_NESTING = 127;

    private static final int MOST_SHOWN = 80;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST_NESTING)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private ModelJson() {}

    /** @throws HuggingFaceException when it is no JSON in UTF-8, or beyond a bound */
    public static JsonNode read(Path file) {
        requireSize(file);
        // From characters: of bytes, Jackson 2.21 refuses names whose escapes are a surrogate pair.
        try (Reader characters = Files.newBufferedReader(file)) {
            JsonNode value = MAPPER.readTree(characters);
            if (value.isMissingNode()) {
                throw new HuggingFaceException(file + " is empty; expected JSON");
            }
            return value;
        } catch (CharacterCodingException e) {
            throw new HuggingFaceException(file + " is not UTF-8; expected JSON", e);
        } catch (IOException e) {
            throw new HuggingFaceException(file + " is not JSON: " + problem(e), e);
        }
    }

    /** @throws HuggingFaceException also when it is JSON of another kind */
    public static ObjectNode readObject(Path file) {
        JsonNode value = read(file);
        if (!(value instanceof ObjectNode object)) {
            throw new HuggingFaceException(file + " is " + shown(value) + "; expected an object");
        }
        return object;
    }

    /** @throws HuggingFaceException when a file beside the weights is too large to be read as a whole */
    public static void requireSize(Path file) {
        long size;
        try {
            size = Files.size(file);
        } catch (IOException e) {
            throw new HuggingFaceException("could not read " + file + ": " + e, e);
        }
        if (size > MAXIMUM_BYTES) {
            throw new HuggingFaceException(file + " has " + size + " bytes; expected at most " + MAXIMUM_BYTES
                    + " of a file beside a model's weights");
        }
    }

    /** The same, but a missing node where there is no such file. */
    public static JsonNode readIfPresent(Path file) {
        return Files.isRegularFile(file) ? read(file) : MAPPER.missingNode();
    }

    /**
     * @param place what the bytes are, for the error
     * @throws HuggingFaceException when they are no JSON in UTF-8
     */
    public static JsonNode parse(byte[] bytes, String place) {
        try {
            return MAPPER.readTree(bytes);
        } catch (IOException e) {
            throw new HuggingFaceException(place + " is not JSON: " + problem(e), e);
        }
    }

    /**
     * A whole number; none where the field is absent or null.
     *
     * @throws HuggingFaceException when it is anything else, or no int
     */
    public static OptionalInt wholeNumber(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(id(value, field));
    }

    /**
     * A token's id, or several; none where the field is absent or null.
     *
     * @throws HuggingFaceException when it is anything else
     */
    public static List<Integer> ids(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isArray()) {
            return wholeNumber(node, field).stream().boxed().toList();
        }
        List<Integer> ids = new ArrayList<>();
        value.forEach(each -> ids.add(id(each, field)));
        return ids;
    }

    private static int id(JsonNode value, String field) {
        if (!value.isInt()) {
            throw new HuggingFaceException(
                    field + " is " + shown(value) + "; expected a whole number of at most " + Integer.MAX_VALUE);
        }
        return value.intValue();
    }

    /** The value that is not there. */
    public static JsonNode missing() {
        return MAPPER.missingNode();
    }

    /** A value as an error shows it: in ASCII, and no more than its beginning. */
    public static String shown(JsonNode value) {
        if (value.isMissingNode()) {
            return "missing";
        }
        return value.isTextual()
                ? shown(value.textValue())
                : cut(value.isContainerNode() ? kind(value) : written(value));
    }

    /** A text as an error shows it. */
    public static String shown(String text) {
        String written = written(MAPPER.getNodeFactory().textNode(text));
        return "'" + cut(written.substring(1, written.length() - 1)) + "'";
    }

    private static String kind(JsonNode value) {
        return (value.isArray() ? "a list" : "an object") + " of " + value.size();
    }

    private static String written(JsonNode value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a value that was read can be written", e);
        }
    }

    private static String cut(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }

    private static String problem(IOException failure) {
        if (!(failure instanceof JsonProcessingException e)) {
            return failure.toString();
        }
        String duplicate = "Duplicate field '";
        String message = e.getOriginalMessage();
        String what = message.startsWith(duplicate)
                ? "the field " + shown(message.substring(duplicate.length(), message.length() - 1)) + " is there twice"
                : JsonProblem.of(e);
        return what
                + (e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr());
    }
}
