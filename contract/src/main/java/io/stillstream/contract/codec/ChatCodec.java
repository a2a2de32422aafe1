package io.stillstream.contract.codec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.ToolCall;
import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.RejectionCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@link Chat}s and {@link Message}s as JSON in the shape of the OpenAI API. */
public final class ChatCodec {

    static final String MESSAGES = "messages";
    static final String TOOLS = "tools";
    static final String DOCUMENTS = "documents";
    private static final String CONTINUED = "continue_final_message";

    private static final Set<String> MESSAGE_FIELDS =
            Set.of("role", "name", "content", "tool_calls", "tool_call_id", "refusal", "reasoning_content");

    private ChatCodec() {}

    /**
     * Adds the fields {@code messages} and, where there are any, {@code tools} and {@code documents}; and {@code
     * continue_final_message}, which is what vLLM names it, where the chat is continued.
     */
    static void encode(Chat chat, ObjectNode into) {
        ArrayNode messages = into.putArray(MESSAGES);
        chat.messages().forEach(message -> messages.add(encode(message)));
        putObjects(into, TOOLS, chat.tools());
        putObjects(into, DOCUMENTS, chat.documents());
        if (chat.continued()) {
            into.put(CONTINUED, true);
        }
    }

    /** The message as the OpenAI API writes it. */
    public static ObjectNode encode(Message message) {
        ObjectNode node = Json.object();
        node.put("role", message.role());
        Json.putIfPresent(node, "name", message.name());
        if (message.content() instanceof Content.Text text) {
            node.put("content", text.text());
        } else if (message.content() instanceof Content.Parts parts) {
            ArrayNode array = node.putArray("content");
            parts.texts().forEach(text -> array.addObject().put("type", "text").put("text", text));
        } else {
            node.putNull("content");
        }
        if (!message.toolCalls().isEmpty()) {
            ArrayNode calls = node.putArray("tool_calls");
            message.toolCalls().forEach(call -> encode(call, calls.addObject()));
        }
        Json.putIfPresent(node, "tool_call_id", message.toolCallId());
        Json.putIfPresent(node, "refusal", message.refusal());
        Json.putIfPresent(node, "reasoning_content", message.reasoning());
        return node;
    }

    private static void encode(ToolCall call, ObjectNode into) {
        Json.putIfPresent(into, "id", call.id());
        into.put("type", "function");
        into.putObject("function").put("name", call.name()).put("arguments", call.arguments());
    }

    /** @throws ContractException when the node's {@code messages} and the fields beside them are not a chat */
    static Chat decode(JsonNode node) {
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : array(node, MESSAGES)) {
            messages.add(decodeMessage(message, "message " + messages.size()));
        }
        JsonNode continued = node.path(CONTINUED);
        if (!continued.isMissingNode() && !continued.isNull() && !continued.isBoolean()) {
            throw new ContractException(CONTINUED + " is " + Json.kind(continued) + "; expected true or false");
        }
        return new Chat(messages, objects(node, TOOLS), objects(node, DOCUMENTS), continued.asBoolean());
    }

    /**
     * @param where names the message in errors
     * @throws ContractException for a field that carries meaning and is not known, and for values of the wrong type
     */
    static Message decodeMessage(JsonNode node, String where) {
        if (!node.isObject()) {
            throw new ContractException(where + " is " + Json.kind(node) + "; expected an object");
        }
        node.fieldNames().forEachRemaining(field -> {
            if (!MESSAGE_FIELDS.contains(field)) {
                throw new ContractException(where + " has a field '" + field + "'; expected only " + MESSAGE_FIELDS);
            }
        });
        String role = Json.text(node, "role", where);
        if (role == null) {
            throw new ContractException(where + " has no role; expected system, user, assistant or tool");
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : array(node, "tool_calls")) {
            calls.add(decodeCall(call, where + ", tool call " + calls.size()));
        }
        return new Message(
                role,
                Json.text(node, "name", where),
                content(node.path("content"), where),
                calls,
                Json.text(node, "tool_call_id", where),
                Json.text(node, "refusal", where),
                Json.text(node, "reasoning_content", where));
    }

    private static ToolCall decodeCall(JsonNode node, String where) {
        JsonNode function = node.path("function");
        String name = Json.text(function, "name", where);
        String arguments = Json.text(function, "arguments", where);
        if (name == null || arguments == null) {
            throw new ContractException(where + " lacks a function's name or its arguments as a string");
        }
        return new ToolCall(Json.text(node, "id", where), name, arguments);
    }

    private static Content content(JsonNode node, String where) {
        if (node.isMissingNode() || node.isNull()) {
            return Content.absent();
        }
        if (node.isTextual()) {
            return Content.of(node.textValue());
        }
        if (!node.isArray()) {
            throw new ContractException(
                    where + " has a content that is " + Json.kind(node) + "; expected a string or an array of parts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode part : node) {
            String type = part.path("type").asText("of no type");
            if (!type.equals("text")) {
                throw new ContractException(
                        RejectionCode.UNSUPPORTED_CONTENT,
                        where + " has a content part '" + type + "'; only text can be rendered");
            }
            String text = Json.text(part, "text", where);
            if (text == null) {
                throw new ContractException(where + " has a content part without a text");
            }
            texts.add(text);
        }
        return new Content.Parts(texts);
    }

    private static Iterable<JsonNode> array(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            throw new ContractException(field + " is " + Json.kind(value) + "; expected an array");
        }
        return value;
    }

    private static List<String> objects(JsonNode node, String field) {
        List<String> objects = new ArrayList<>();
        for (JsonNode item : array(node, field)) {
            if (!item.isObject()) {
                throw new ContractException(
                        field + " " + objects.size() + " is " + Json.kind(item) + "; expected an object");
            }
            objects.add(item.toString());
        }
        return objects;
    }

    private static void putObjects(ObjectNode node, String field, List<String> objects) {
        if (!objects.isEmpty()) {
            ArrayNode array = node.putArray(field);
            objects.forEach(json -> array.add(Json.parse(json, field)));
        }
    }

    /** As one text, for a record that is not JSON itself. */
    static String text(Chat chat) {
        ObjectNode node = Json.object();
        encode(chat, node);
        return node.toString();
    }

    /** What {@link #text} wrote. */
    static Chat ofText(String json) {
        return decode(Json.parse(json, "the chat"));
    }

    static Message messageOfText(String json) {
        return decodeMessage(Json.parse(json, "the response's message"), "the response's message");
    }
}
