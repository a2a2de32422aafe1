package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One choice of a stream as it grows: texts are appended, calls by their index. */
final class ChunkedChoice {

    private static final Set<String> HARMLESS = Set.of(
            "logprobs",
            "index",
            "content_filter_results",
            "content_filter_offsets",
            "native_finish_reason",
            "token_ids");
    private static final Set<String> HARMLESS_OF_DELTA =
            Set.of("provider_specific_fields", "thinking_blocks", "reasoning_details", "annotations");
    private static final List<String> TEXTS =
            List.of("content", "refusal", "reasoning_content", "reasoning", "thinking");

    private final Map<String, StringBuilder> texts = new LinkedHashMap<>();
    private final Map<Integer, ChunkedCall> calls = new LinkedHashMap<>();
    private final StringBuilder plain = new StringBuilder();
    private @Nullable ChunkedCall legacyCall;
    private @Nullable String role;
    private @Nullable String finishReason;
    private @Nullable String stopReason;
    private boolean namesReasons;
    private boolean isPlain;

    void add(Field choice) {
        choice.ignore(HARMLESS);
        finish(choice, "finish_reason");
        Field stop = choice.get("stop_reason");
        if (!stop.empty()) {
            stopReason = stop.isText() ? stop.text() : stopReason;
            stop.ignore();
        }
        if (choice.get("text").present()) {
            isPlain = true;
            plain.append(choice.get("text").text());
        }
        Field delta = choice.first("delta", "message");
        if (delta.isObject()) {
            delta(delta);
        } else if (delta.present()) {
            throw delta.invalid("an object");
        }
    }

    /** A chunk that is a part of a message itself, as Ollama writes them. */
    void addMessage(Field chunk) {
        finish(chunk, "done_reason");
        delta(chunk.get("message"));
    }

    private void finish(Field choice, String name) {
        namesReasons |= choice.names().contains(name);
        Field reason = choice.get(name);
        if (!reason.empty()) {
            finishReason = reason.text();
        }
    }

    private void delta(Field delta) {
        delta.ignore(HARMLESS_OF_DELTA);
        String name = delta.get("role").optionalText();
        role = name == null || name.isEmpty() ? role : name;
        for (String text : TEXTS) {
            if (delta.has(text)) {
                texts.computeIfAbsent(text, key -> new StringBuilder())
                        .append(delta.get(text).text());
            }
        }
        for (Field call : delta.get("tool_calls").items()) {
            boolean next = !call.has("index") && (call.get("id").present() || calls.isEmpty());
            int last = calls.isEmpty() ? 0 : calls.size() - 1;
            int index = call.get("index").index(next ? calls.size() : last);
            calls.computeIfAbsent(index, key -> new ChunkedCall()).add(call);
        }
        if (delta.get("function_call").isObject()) {
            legacyCall = legacyCall == null ? new ChunkedCall() : legacyCall;
            legacyCall.addFunction(delta.get("function_call"));
        }
    }

    /** Whether it says nothing yet, and has not ended either. */
    boolean isPending() {
        return finishReason == null
                && plain.isEmpty()
                && calls.isEmpty()
                && legacyCall == null
                && texts.values().stream().allMatch(StringBuilder::isEmpty);
    }

    ObjectNode whole() {
        ObjectNode choice = StrictJson.object();
        if (isPlain) {
            choice.put("text", plain.toString());
        } else {
            ObjectNode message = choice.putObject("message");
            message.put("role", role == null ? "assistant" : role);
            texts.forEach((name, text) -> message.put(name, text.toString()));
            if (!calls.isEmpty()) {
                ArrayNode array = message.putArray("tool_calls");
                calls.values().forEach(call -> array.add(call.whole()));
            }
            if (legacyCall != null) {
                message.set("function_call", legacyCall.function());
            }
        }
        if (finishReason != null) {
            choice.put("finish_reason", finishReason);
        } else if (namesReasons) {
            choice.put("finish_reason", FinishReasons.ABORTED);
        }
        if (stopReason != null) {
            choice.put("stop_reason", stopReason);
        }
        return choice;
    }
}
