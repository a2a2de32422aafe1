package io.stillstream.bench.redaction;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A chat completion with a value in it, as an API's callers and an API's logs have it. Every tenth request is no JSON, so that it
 * becomes a dead letter.
 *
 * @param request the request's body
 * @param answer the answer's body; streamed for every other number
 */
record PlantedCall(int number, PlantedValue value, String request, String answer) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int BROKEN_EVERY = 10;
    private static final int LETTERS_A_CHUNK = 3;

    static PlantedCall of(int number, PlantedValue value, Prompt prompt) {
        try {
            JsonNode chat = JSON.readTree(PromptCodec.encode(prompt));
            ObjectNode request = JSON.createObjectNode().put("model", "m");
            request.set("messages", chat.path("messages"));
            JsonNode message = chat.path("response").path("message");
            boolean streamed = isStreamed(number);
            if (streamed) {
                request.put("stream", true);
            }
            return new PlantedCall(
                    number,
                    value,
                    number % BROKEN_EVERY == 0
                            ? request.toString().substring(0, request.toString().length() - 1)
                            : request.toString(),
                    streamed ? stream(number, message) : whole(number, message).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isStreamed(int number) {
        return number % 2 == 1;
    }

    boolean streamed() {
        return isStreamed(number);
    }

    /** The line of a log that has both; a streamed answer as a text. */
    String line() {
        String response = streamed() ? JSON.getNodeFactory().textNode(answer).toString() : answer;
        return "{\"request\": " + request + ", \"response\": " + response + "}";
    }

    private static ObjectNode whole(int number, JsonNode message) {
        ObjectNode answer = frame(number, "chat.completion");
        ObjectNode choice = answer.putArray("choices").addObject().put("index", 0);
        choice.set("message", message);
        choice.put("finish_reason", "stop");
        return answer;
    }

    /** A few letters an event, so that no event has the value whole. */
    private static String stream(int number, JsonNode message) {
        StringBuilder events = new StringBuilder();
        for (String field : new String[] {"reasoning_content", "content"}) {
            String text = message.path(field).asText("");
            for (int at = 0; at < text.length(); ) {
                int letters = Math.min(LETTERS_A_CHUNK, text.codePointCount(at, text.length()));
                int end = text.offsetByCodePoints(at, letters);
                event(events, number, field, text.substring(at, end), null);
                at = end;
            }
        }
        event(events, number, "content", "", "stop");
        return events + "data: [DONE]\n\n";
    }

    private static void event(StringBuilder events, int number, String field, String text, @Nullable String finish) {
        ObjectNode chunk = frame(number, "chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta").put(field, text);
        choice.put("finish_reason", finish);
        events.append("data: ").append(chunk).append("\n\n");
    }

    private static ObjectNode frame(int number, String object) {
        return JSON.createObjectNode()
                .put("id", "chatcmpl-planted-" + number)
                .put("object", object)
                .put("model", "m");
    }
}
