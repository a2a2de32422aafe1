package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.EndOfSource;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@link EndOfSource} as JSON, the same on {@code prompts} and on {@code teacher-targets}. */
public final class EndOfSourceCodec {

    public static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private EndOfSourceCodec() {}

    public static byte[] encode(EndOfSource end) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        node.put("id", end.id());
        node.put("source", end.source());
        node.put("partition", end.partition());
        node.put("partitions", end.partitions());
        node.put("ended_at", end.endedAt().toString());
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new ContractException("the end of '" + end.source() + "' could not be written as JSON", e);
        }
    }

    /** @throws ContractException for anything that is not a marker of version {@value #VERSION}, saying what was wrong */
    public static EndOfSource decode(byte @Nullable [] json) {
        if (json == null) {
            throw new ContractException("not an end of a source: the record has no value");
        }
        try {
            JsonNode node = JSON.readTree(json);
            int version = node.path("version").asInt();
            if (version != VERSION) {
                throw new ContractException(
                        "an end of a source of version " + version + "; this build reads version " + VERSION);
            }
            return new EndOfSource(
                    node.required("id").asText(),
                    node.required("source").asText(),
                    number(node, "partition"),
                    number(node, "partitions"),
                    Instant.parse(node.required("ended_at").asText()));
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new ContractException("not an end of a source: " + JsonProblem.of(e), e);
        }
    }

    private static int number(JsonNode node, String field) {
        JsonNode value = node.required(field);
        if (!value.canConvertToInt()) {
            throw new ContractException("not an end of a source: " + field + " is " + value + "; expected a number");
        }
        return value.intValue();
    }
}
