package io.stillstream.producer.capture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A streamed answer as the APIs define it, from a seed: what it says is drawn first, then how it is cut into events, and how those
 * are written. Chat completions have several choices and calls of tools; Anthropic's and the Responses API have one answer.
 */
final class RandomStream {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> PIECES = List.of(
            "Oslo",
            " is ",
            "grün",
            "東京",
            "🎈",
            "\n\n",
            "\"quoted\"",
            "data: ",
            ": ",
            "[DONE]",
            "\u2028",
            "\u0085",
            "é",
            "<b>",
            "{\"a\": 1}",
            "\t");

    private final Random random;
    private final List<String> events = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final String arguments;
    private final String finish;

    private RandomStream(long seed, int choices) {
        random = new Random(seed);
        for (int i = 0; i < choices; i++) {
            texts.add("a" + text());
        }
        arguments =
                random.nextBoolean() ? "" : "{\"city\": \"" + PIECES.get(2 + random.nextInt(3)) + "\", \"n\": 1.50}";
        finish = arguments.isEmpty() ? "stop" : "tool_calls";
    }

    static RandomStream chat(long seed) {
        var stream = new RandomStream(seed, 1 + new Random(seed).nextInt(3));
        stream.writeChat();
        return stream;
    }

    static RandomStream anthropic(long seed) {
        var stream = new RandomStream(seed, 1);
        stream.writeAnthropic();
        return stream;
    }

    static RandomStream responses(long seed) {
        var stream = new RandomStream(seed, 1);
        stream.writeResponses();
        return stream;
    }

    /** What each choice says. */
    List<String> texts() {
        return texts;
    }

    /** The arguments of the call of the first choice; empty for none. */
    String arguments() {
        return arguments;
    }

    String text(int choice) {
        return texts.get(choice);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        int pieces = random.nextInt(12);
        for (int i = 0; i < pieces; i++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    /** Cut between characters, a pair of surrogates being one. */
    private List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + 1 + random.nextInt(5));
            if (end < text.length() && Character.isLowSurrogate(text.charAt(end))) {
                end++;
            }
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    private void writeChat() {
        List<List<ObjectNode>> byChoice = new ArrayList<>();
        for (int index = 0; index < texts.size(); index++) {
            List<ObjectNode> deltas = new ArrayList<>();
            ObjectNode begin = JSON.createObjectNode().put("role", "assistant");
            deltas.add(random.nextBoolean() ? begin.put("content", "") : begin.putNull("content"));
            for (String piece : pieces(texts.get(index))) {
                deltas.add(JSON.createObjectNode().put("content", piece));
            }
            if (index == 0 && !arguments.isEmpty()) {
                ObjectNode call = call(0).put("id", "call_1").put("type", "function");
                call.putObject("function").put("name", "weather").put("arguments", "");
                deltas.add(calls(call));
                for (String piece : pieces(arguments)) {
                    ObjectNode more = call(0);
                    more.putObject("function").put("arguments", piece);
                    deltas.add(calls(more));
                }
            }
            byChoice.add(deltas);
        }
        List<Integer> at = new ArrayList<>();
        byChoice.forEach(deltas -> at.add(0));
        while (at.stream().anyMatch(next -> next >= 0)) {
            int index = random.nextInt(byChoice.size());
            int next = at.get(index);
            if (next < 0) {
                continue;
            }
            boolean last = next == byChoice.get(index).size();
            ObjectNode chunk = chunk();
            ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
            choice.set(
                    "delta",
                    last ? JSON.createObjectNode() : byChoice.get(index).get(next));
            choice.put("finish_reason", last ? (index == 0 ? finish : "stop") : null);
            if (random.nextInt(4) == 0) {
                chunk.put("usage", (String) null);
            }
            add("", chunk);
            at.set(index, last ? -1 : next + 1);
        }
        if (random.nextBoolean()) {
            ObjectNode usage = chunk();
            usage.putArray("choices");
            usage.putObject("usage").put("prompt_tokens", 7).put("completion_tokens", 3);
            add("", usage);
        }
        if (random.nextBoolean()) {
            events.add("data: [DONE]");
        }
    }

    private static ObjectNode chunk() {
        return JSON.createObjectNode()
                .put("id", "chatcmpl-0123456789abcdef")
                .put("object", "chat.completion.chunk")
                .put("created", 0)
                .put("model", "m");
    }

    private static ObjectNode call(int index) {
        return JSON.createObjectNode().put("index", index);
    }

    private static ObjectNode calls(ObjectNode call) {
        ObjectNode delta = JSON.createObjectNode();
        delta.putArray("tool_calls").add(call);
        return delta;
    }

    private void writeAnthropic() {
        ObjectNode start = event("message_start");
        ObjectNode message = start.putObject("message")
                .put("id", "msg_0123456789abcdef")
                .put("type", "message")
                .put("role", "assistant")
                .put("model", "claude")
                .putNull("stop_reason");
        message.putArray("content");
        message.putObject("usage").put("input_tokens", 7).put("output_tokens", 1);
        add("message_start", start);
        ObjectNode text = event("content_block_start").put("index", 0);
        text.putObject("content_block").put("type", "text").put("text", "");
        add("content_block_start", text);
        add("ping", event("ping"));
        for (String piece : pieces(texts.get(0))) {
            ObjectNode delta = event("content_block_delta").put("index", 0);
            delta.putObject("delta").put("type", "text_delta").put("text", piece);
            add("content_block_delta", delta);
        }
        add("content_block_stop", event("content_block_stop").put("index", 0));
        if (!arguments.isEmpty()) {
            ObjectNode tool = event("content_block_start").put("index", 1);
            tool.putObject("content_block")
                    .put("type", "tool_use")
                    .put("id", "t")
                    .put("name", "weather")
                    .putObject("input");
            add("content_block_start", tool);
            for (String piece : pieces(arguments)) {
                ObjectNode delta = event("content_block_delta").put("index", 1);
                delta.putObject("delta").put("type", "input_json_delta").put("partial_json", piece);
                add("content_block_delta", delta);
            }
            add("content_block_stop", event("content_block_stop").put("index", 1));
        }
        if (random.nextInt(3) == 0) {
            add("new_kind", event("new_kind").put("of", "event"));
        }
        ObjectNode end = event("message_delta");
        end.putObject("delta")
                .put("stop_reason", arguments.isEmpty() ? "end_turn" : "tool_use")
                .putNull("stop_sequence");
        end.putObject("usage").put("output_tokens", 3);
        add("message_delta", end);
        if (random.nextBoolean()) {
            add("message_stop", event("message_stop"));
        }
    }

    private void writeResponses() {
        ObjectNode created = event("response.created");
        response(created, "in_progress", false);
        add("response.created", created);
        ObjectNode added = event("response.output_item.added").put("output_index", 0);
        added.putObject("item")
                .put("id", "i")
                .put("type", "message")
                .put("role", "assistant")
                .putArray("content");
        add("response.output_item.added", added);
        for (String piece : pieces(texts.get(0))) {
            add(
                    "response.output_text.delta",
                    event("response.output_text.delta")
                            .put("output_index", 0)
                            .put("content_index", 0)
                            .put("delta", piece));
        }
        for (int index = 0; index < (arguments.isEmpty() ? 1 : 2); index++) {
            ObjectNode done = event("response.output_item.done").put("output_index", index);
            done.set("item", index == 0 ? messageItem() : callItem());
            add("response.output_item.done", done);
        }
        ObjectNode completed = event("response.completed");
        // Some servers leave it to the other events.
        response(completed, "completed", random.nextInt(3) > 0);
        add("response.completed", completed);
    }

    private void response(ObjectNode event, String status, boolean output) {
        ObjectNode response = event.putObject("response")
                .put("id", "resp_0123456789abcdef")
                .put("object", "response")
                .put("created_at", 1)
                .put("status", status)
                .put("model", "m");
        var items = response.putArray("output");
        if (output) {
            items.add(messageItem());
            if (!arguments.isEmpty()) {
                items.add(callItem());
            }
        }
        response.putObject("usage").put("input_tokens", 7).put("output_tokens", 3);
    }

    private ObjectNode messageItem() {
        ObjectNode item =
                JSON.createObjectNode().put("id", "i").put("type", "message").put("role", "assistant");
        item.putArray("content")
                .addObject()
                .put("type", "output_text")
                .put("text", texts.get(0))
                .putArray("annotations");
        return item;
    }

    private ObjectNode callItem() {
        return JSON.createObjectNode()
                .put("type", "function_call")
                .put("call_id", "t")
                .put("name", "weather")
                .put("arguments", arguments);
    }

    private static ObjectNode event(String type) {
        return JSON.createObjectNode().put("type", type);
    }

    private void add(String name, ObjectNode json) {
        StringBuilder event = new StringBuilder();
        if (!name.isEmpty() && random.nextInt(4) > 0) {
            event.append("event: ").append(name).append('\n');
        }
        if (random.nextInt(8) == 0) {
            event.append("id: ").append(events.size()).append('\n');
        }
        try {
            boolean pretty = random.nextInt(10) == 0;
            String text = pretty ? JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) : json.toString();
            String colon = random.nextInt(5) == 0 ? "data:" : "data: ";
            for (String line : text.split("\n", -1)) {
                event.append(event.isEmpty() || event.charAt(event.length() - 1) == '\n' ? "" : "\n")
                        .append(colon)
                        .append(line.strip());
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        events.add(event.toString());
    }

    /** As it goes over the wire. */
    String wire() {
        String lineEnd = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
        StringBuilder wire = new StringBuilder(random.nextInt(10) == 0 ? "\uFEFF" : "");
        for (String event : events) {
            if (random.nextInt(6) == 0) {
                wire.append(": keep-alive").append(lineEnd).append(lineEnd);
            }
            wire.append(event.replace("\n", lineEnd)).append(lineEnd).append(lineEnd);
        }
        boolean lastBlank = random.nextInt(4) > 0;
        return lastBlank ? wire.toString() : wire.substring(0, wire.length() - 2 * lineEnd.length());
    }
}
