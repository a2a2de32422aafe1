package io.stillstream.contract.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.source.SourcePosition;
import java.io.IOException;

/** {@link SourcePosition}s as JSON. */
public final class SourcePositionCodec {

    public static final int VERSION = 1;

    private static final ObjectMapper JSON = new ObjectMapper();

    private SourcePositionCodec() {}

    public static byte[] encode(SourcePosition position) {
        ObjectNode node = JSON.createObjectNode();
        node.put("version", VERSION);
        node.put("round", position.round());
        node.put("lines_before", position.linesBefore());
        node.put("line", position.line());
        node.put("offset", position.offset());
        node.put("sha256", position.sha256());
        node.put("ended", position.ended());
        try {
            return JSON.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new ContractException("a source's position could not be written", e);
        }
    }

    /** @throws ContractException for anything that is not a position of version {@value #VERSION} */
    public static SourcePosition decode(byte[] json) {
        try {
            JsonNode node = JSON.readTree(json);
            int version = node.path("version").asInt();
            if (version != VERSION) {
                throw new ContractException(
                        "a source's position of version " + version + "; this build reads version " + VERSION);
            }
            return new SourcePosition(
                    Math.toIntExact(number(node, "round")),
                    number(node, "lines_before"),
                    number(node, "line"),
                    number(node, "offset"),
                    node.path("sha256").asText(),
                    node.path("ended").asBoolean());
        } catch (IOException | ArithmeticException e) {
            throw new ContractException("not a source's position: " + JsonProblem.of(e), e);
        }
    }

    private static long number(JsonNode node, String name) {
        JsonNode value = node.path(name);
        if (!value.canConvertToLong() || !value.isIntegralNumber()) {
            throw new ContractException("a source's position has the " + name + " " + value + "; expected a number");
        }
        return value.longValue();
    }
}
