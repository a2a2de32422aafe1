package io.stillstream.producer.capture.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.JsonProblem;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.monitoring.traffic.CaptureDrop;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The body of a request, and what capture itself wants to know of it. */
public record WireRequest(ObjectNode body) {

    private static final List<String> SYSTEM = List.of("system", "instructions");
    private static final List<String> CONVERSATION = List.of("messages", "input");
    private static final List<String> TOOLS = List.of("tools", "functions");
    private static final String ROLE = "role";
    private static final String MODEL = "model";

    /** @throws UnreadableBodyException when it is no JSON object that UTF-8 can hold */
    public static WireRequest read(byte[] bytes, @Nullable String encoding, int maxBytes)
            throws UnreadableBodyException {
        String text = WireText.of(bytes, encoding, "request", maxBytes, false);
        JsonNode node = json(text, "request");
        if (!(node instanceof ObjectNode object)) {
            throw new UnreadableBodyException(
                    CaptureDrop.UNREADABLE,
                    RejectionCode.INVALID_PROMPT,
                    "the request is JSON other than an object; expected an object");
        }
        return new WireRequest(object);
    }

    static JsonNode json(String text, String what) throws UnreadableBodyException {
        JsonNode node;
        try {
            node = StrictJson.parse(text);
        } catch (JsonProcessingException e) {
            throw new UnreadableBodyException(
                    CaptureDrop.UNREADABLE,
                    RejectionCode.MALFORMED_JSON,
                    "the " + what + " is not JSON: " + JsonProblem.of(e));
        }
        if (!StrictJson.encodable(node, text)) {
            throw new UnreadableBodyException(
                    CaptureDrop.UNREADABLE,
                    RejectionCode.INVALID_UTF8,
                    "the " + what + " escapes half a surrogate pair, which UTF-8 cannot hold");
        }
        return node;
    }

    /** Whether it asks the provider to keep nothing of the call. */
    public boolean asksNotToStore() {
        return body.path("store").isBoolean() && !body.path("store").booleanValue();
    }

    /** The model that it asks; null where it names none. */
    public @Nullable String model() {
        JsonNode model = body.path(MODEL);
        return model.isTextual() ? model.textValue() : null;
    }

    /** Whether the answer may call tools. */
    public boolean asksForTools() {
        return TOOLS.stream().anyMatch(name -> body.path(name).size() > 0);
    }

    /** The conversation that it names; null where it names none. */
    public @Nullable String conversationId() {
        JsonNode id = body.path("metadata").path("conversation_id");
        return id.isTextual() && !id.textValue().isBlank() ? id.textValue() : null;
    }

    /**
     * What is the same in all turns of a chat: what the system and the user said first, as JSON. For a plain text to continue, all
     * of it.
     */
    public String opening() {
        String system = "";
        for (String name : SYSTEM) {
            system = system.isEmpty() && body.hasNonNull(name) ? body.get(name).toString() : system;
        }
        for (String name : CONVERSATION) {
            JsonNode turns = body.path(name);
            if (turns.isArray()) {
                return (system.isEmpty() ? first(turns, "system", "developer") : system) + '\n' + first(turns, "user");
            }
            if (turns.isTextual()) {
                return system + '\n' + turns;
            }
        }
        return system + '\n' + body.path("prompt");
    }

    private static String first(JsonNode turns, String... roles) {
        for (JsonNode turn : turns) {
            if (List.of(roles).contains(turn.path(ROLE).asText())) {
                return turn.path("content").toString();
            }
        }
        return "";
    }
}
