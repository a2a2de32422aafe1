package io.stillstream.producer.parsing;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.contract.Chat;
import io.stillstream.contract.Message;
import io.stillstream.contract.PlainText;
import io.stillstream.contract.PromptInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The conversation in a line of JSON, whichever of the usual shapes it has: {@code messages} with or without a
 * {@code response}; {@code messages} that end in the assistant's answer, as fine-tuning files have them; a
 * {@code request} and a {@code response} as a proxy logs them; or a plain {@code prompt}.
 *
 * @param text the plain prompt; null where there are messages
 * @param response the answer from production; null where there is none or it is empty
 */
record ChatLog(
        List<Message> messages,
        @Nullable String text,
        @Nullable String response) {

    private static final String ASSISTANT = "assistant";

    static ChatLog read(JsonNode line) {
        JsonNode request = line.path("request").isObject() ? line.path("request") : line;
        List<Message> messages = messages(request.path("messages"));
        @Nullable String text = Fields.text(request, "prompt");
        @Nullable String response = response(line.path("response"));
        int last = messages.size() - 1;
        if (response == null && last > 0 && messages.get(last).role().equals(ASSISTANT)) {
            response = messages.get(last).said();
            messages = messages.subList(0, last);
        }
        return new ChatLog(messages, text, response == null || response.isEmpty() ? null : response);
    }

    /** Whether the line has messages or a prompt at all, even if blank. */
    static boolean mentionsPrompt(JsonNode line) {
        JsonNode request = line.path("request").isObject() ? line.path("request") : line;
        return request.hasNonNull("messages") || request.hasNonNull("prompt");
    }

    PromptInput input() {
        if (text != null && !messages.isEmpty()) {
            throw new InvalidFieldException("the line has both messages and a prompt; expected one of them");
        }
        return text == null ? new Chat(messages, List.of(), List.of()) : new PlainText(text);
    }

    boolean blank() {
        return text == null ? messages.stream().allMatch(Message::blank) : text.isBlank();
    }

    private static @Nullable String response(JsonNode response) {
        if (response.isMissingNode() || response.isNull()) {
            return null;
        }
        if (response.isTextual()) {
            return response.textValue();
        }
        JsonNode message = response.path("choices").path(0).path("message");
        if (!message.isObject()) {
            throw new InvalidFieldException(
                    "response is " + Fields.kind(response) + "; expected a string, or an object with choices");
        }
        return content(message.path("content"), "the response");
    }

    private static List<Message> messages(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isArray()) {
            throw new InvalidFieldException("messages is " + Fields.kind(node) + "; expected an array");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode message : node) {
            String where = "message " + messages.size();
            String role = Optional.ofNullable(Fields.text(message, "role"))
                    .filter(name -> !name.isBlank())
                    .orElseThrow(() -> new InvalidFieldException(
                            where + " has no role; expected system, user, assistant or tool"));
            messages.add(Message.of(role, content(message.path("content"), where)));
        }
        return messages;
    }

    /** A string, text parts, or null, as in messages that call a tool. */
    private static String content(JsonNode content, String where) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (content.isNull() || content.isMissingNode()) {
            return "";
        }
        if (!content.isArray()) {
            throw new InvalidFieldException(where + " has a content that is " + Fields.kind(content)
                    + "; expected a string or an array of text parts");
        }
        return StreamSupport.stream(content.spliterator(), false)
                .map(part -> part(part, where))
                .collect(Collectors.joining());
    }

    private static String part(JsonNode part, String where) {
        JsonNode text = part.path("text");
        if (!part.path("type").asText("text").equals("text") || !text.isTextual()) {
            throw new InvalidFieldException(where + " has a content part of type '"
                    + part.path("type").asText("unknown") + "'; only text is understood");
        }
        return text.textValue();
    }
}
