package io.stillstream.serving.api.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A request's body as a JSON object. */
final class RequestJson {

    /** A value takes some thirty times the memory of its shortest spelling. */
    private static final long MOST_TOKENS = 500_000;

    private static final ObjectMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private RequestJson() {}

    /** @throws ApiException when the bytes are no JSON object */
    static JsonFields read(byte[] body) {
        JsonNode node;
        try {
            // Of bytes Jackson reads more than UTF-8 allows: two for one of ASCII, and UTF-16.
            node = JSON.readTree(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (JsonProcessingException e) {
            throw notJson(place(e) + reason(e), e);
        } catch (IOException e) {
            throw notJson("it is not UTF-8", e);
        }
        if (!(node instanceof ObjectNode object)) {
            throw new ApiException(ApiError.invalid(
                    null, "invalid_json", "The body is " + JsonFields.kind(node) + "; expected a JSON object."));
        }
        return new JsonFields(object, "");
    }

    private static ApiException notJson(String problem, IOException cause) {
        return new ApiException(
                ApiError.invalid(null, "invalid_json", "The body is not JSON (" + problem + ")."), cause);
    }

    /** Jackson names no place where one of its limits is passed. */
    private static String place(JsonProcessingException e) {
        JsonLocation location = e.getLocation();
        return location == null ? "" : "line " + location.getLineNr() + ", column " + location.getColumnNr() + ": ";
    }

    /** Without the bytes around the place, which may be of a prompt. */
    private static String reason(JsonProcessingException e) {
        if (e instanceof StreamConstraintsException) {
            return "it is nested too deeply, a number or a name in it is too long, or it has more than " + MOST_TOKENS
                    + " values and brackets";
        }
        String message = e.getOriginalMessage();
        return message.startsWith("Duplicate field") ? "a field is there twice" : "unexpected characters, or an end";
    }
}
