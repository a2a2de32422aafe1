package io.stillstream.serving.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Content;
import io.stillstream.contract.prompt.Message;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a chat's messages: text alone, of the roles that a chat without tools has. */
final class MessagesReader {

    private static final String MESSAGES = "messages";
    private static final Set<String> ROLES = Set.of("system", "developer", "user", Message.ASSISTANT);
    private static final Set<String> ROLES_OF_TOOLS = Set.of("tool", "function");
    private static final List<String> OF_TOOLS = List.of("tool_calls", "tool_call_id", "function_call", "audio");

    private MessagesReader() {}

    static Chat read(JsonFields fields) {
        JsonNode messages = fields.value(MESSAGES);
        if (messages == null) {
            throw new ApiException(ApiError.missing(MESSAGES, "an array of at least one message"));
        }
        if (!messages.isArray()) {
            throw new ApiException(
                    ApiError.wrongType(MESSAGES, JsonFields.kind(messages), "an array of at least one message"));
        }
        if (messages.isEmpty()) {
            throw new ApiException(ApiError.wrongValue(MESSAGES, "an empty array", "at least one message"));
        }
        List<Message> read = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            read.add(message(JsonFields.of(messages.get(i), MESSAGES + "[" + i + "]")));
        }
        return new Chat(read, List.of(), List.of());
    }

    private static Message message(JsonFields fields) {
        String role = fields.requiredText("role", "system, developer, user or assistant");
        if (ROLES_OF_TOOLS.contains(role)) {
            throw new ApiException(ApiError.unsupported(fields.param("role"), "system, developer, user or assistant"));
        }
        if (!ROLES.contains(role)) {
            throw new ApiException(ApiError.wrongValue(
                    fields.param("role"), "of another kind", "system, developer, user or assistant"));
        }
        for (String name : OF_TOOLS) {
            JsonNode value = fields.value(name);
            if (value != null && !(value.isArray() && value.isEmpty())) {
                throw new ApiException(ApiError.unsupported(fields.param(name), ""));
            }
        }
        String name = fields.text("name");
        String refusal = fields.text("refusal");
        // What OpenAI says of its own answers, which clients send back with them.
        fields.value("annotations");
        Content content = content(fields, refusal);
        fields.requireAllRead();
        return new Message(role, name, content, List.of(), null, refusal, null);
    }

    private static Content content(JsonFields fields, @Nullable String refusal) {
        JsonNode content = fields.value("content");
        String param = fields.param("content");
        if (content == null) {
            if (refusal != null) {
                return Content.absent();
            }
            throw new ApiException(ApiError.missing(param, "a string, or an array of parts of text"));
        }
        if (!content.isArray()) {
            if (!content.isTextual()) {
                throw new ApiException(
                        ApiError.wrongType(param, JsonFields.kind(content), "a string, or an array of parts of text"));
            }
            return Content.of(JsonFields.text(content, param));
        }
        if (content.isEmpty()) {
            throw new ApiException(ApiError.wrongValue(param, "an empty array", "at least one part of text"));
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < content.size(); i++) {
            JsonFields part = JsonFields.of(content.get(i), param + "[" + i + "]");
            String type = part.requiredText("type", "\"text\"");
            if (!type.equals("text")) {
                throw new ApiException(ApiError.unsupported(part.param("type"), "\"text\""));
            }
            texts.add(part.requiredText("text", "a string"));
            part.requireAllRead();
        }
        return new Content.Parts(texts);
    }
}
