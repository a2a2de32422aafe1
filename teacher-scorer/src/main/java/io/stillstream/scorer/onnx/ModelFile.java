package io.stillstream.scorer.onnx;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.ModelJson;
import io.stillstream.scorer.ScorerException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * A JSON file of a teacher's directory, and what it says; wrong values are named with the file.
 *
 * @param content missing where there is no such file
 */
record ModelFile(Path path, JsonNode content) {

    /** What it says in one of its parts; the file itself where it has no such part. */
    ModelFile part(String field) {
        return content.has(field) ? new ModelFile(path, content.path(field)) : this;
    }

    /** A size; none where the file does not name it. */
    OptionalInt wholeNumber(String field) {
        OptionalInt number = named(() -> ModelJson.wholeNumber(content, field));
        if (number.isPresent() && number.getAsInt() < 1) {
            throw new ScorerException(path + ": " + field + " is " + number.getAsInt() + "; expected at least 1");
        }
        return number;
    }

    /** Tokens' ids; none where the file does not name them. */
    List<Integer> ids(String field) {
        return named(() -> ModelJson.ids(content, field));
    }

    private <T> T named(Supplier<T> value) {
        try {
            return value.get();
        } catch (HuggingFaceException e) {
            throw new ScorerException(path + ": " + e.getMessage(), e);
        }
    }
}
