package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The chunks of a streamed chat completion or legacy completion, joined to the completion that they tell; those of Ollama too.
 * Where chunks carry the field of a finish reason and none has one, the stream broke off.
 */
final class ChatChunks {

    private static final Set<String> HARMLESS = Set.of(
            "object",
            "usage",
            "system_fingerprint",
            "service_tier",
            "obfuscation",
            "provider",
            "prompt_filter_results",
            "prompt_token_ids",
            "done",
            "total_duration",
            "load_duration",
            "prompt_eval_count",
            "prompt_eval_duration",
            "eval_count",
            "eval_duration",
            "citations",
            "x_groq",
            "kv_transfer_params");

    private final Map<Integer, ChunkedChoice> choices = new TreeMap<>();

    private ChatChunks() {}

    static boolean hold(Field array) {
        return array.items().stream().anyMatch(ChatChunks::isChunk);
    }

    private static boolean isChunk(Field item) {
        return item.get("object").peek().endsWith(".chunk")
                || item.get("object").peek().equals("text_completion")
                || item.get("choices").items().stream()
                        .anyMatch(choice -> choice.get("delta").isObject())
                || (item.get("message").isObject() && item.has("done"));
    }

    static Field join(Field chunks, Call call) {
        var joined = new ChatChunks();
        chunks.items().forEach(chunk -> joined.add(chunk, call));
        return chunks.besides(joined.completion());
    }

    private void add(Field chunk, Call call) {
        if (chunk.is("[DONE]")) {
            return;
        }
        if (!chunk.isObject()) {
            throw chunk.invalid("a chunk of a stream");
        }
        Failures.check(chunk);
        call.answerId(chunk.get("id"));
        call.model(chunk.get("model"));
        call.createdAt(chunk.first("created", "created_at"));
        chunk.ignore(HARMLESS);
        if (chunk.get("message").isObject()) {
            choice(0).addMessage(chunk);
        }
        for (Field choice : chunk.get("choices").items()) {
            choice(choice.get("index").index(0)).add(choice);
        }
    }

    private ChunkedChoice choice(int index) {
        return choices.computeIfAbsent(index, i -> new ChunkedChoice());
    }

    private ObjectNode completion() {
        ObjectNode completion = StrictJson.object();
        ArrayNode array = completion.putArray("choices");
        // Where the stream broke off, some choices may not have begun.
        boolean begun = choices.values().stream().anyMatch(choice -> !choice.isPending());
        choices.forEach((index, choice) -> {
            if (!begun || !choice.isPending()) {
                array.add(choice.whole().put("index", index));
            }
        });
        return completion;
    }
}
