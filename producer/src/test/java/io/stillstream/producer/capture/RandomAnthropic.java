package io.stillstream.producer.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** An Anthropic message's events: a block of text, calls of tools, pings, and kinds of events that are new. */
final class RandomAnthropic extends RandomStream {

    RandomAnthropic(long seed) {
        super(seed, false, true);
        begin();
        text();
        for (int call = 0; call < arguments().size(); call++) {
            tool(call + 1, arguments().get(call));
        }
        end();
    }

    @Override
    String path() {
        return "/v1/messages";
    }

    @Override
    String request() {
        return "{\"model\": \"claude\", \"max_tokens\": 99, \"system\": \"Be brief.\", \"messages\": [{\"role\": \"user\","
                + " \"content\": \"Which is the capital of Norway?\"}]}";
    }

    private void begin() {
        ObjectNode start = event("message_start");
        ObjectNode message = start.putObject("message")
                .put("id", "msg_0123456789abcdef")
                .put("type", "message")
                .put("role", "assistant")
                .put("model", "claude")
                .putNull("stop_reason");
        message.putArray("content");
        message.putObject("usage").put("input_tokens", 7).put("output_tokens", 1);
        add(start);
    }

    private void text() {
        ObjectNode start = event("content_block_start").put("index", 0);
        start.putObject("content_block").put("type", "text").put("text", "");
        add(start);
        add(event("ping"));
        for (String piece : pieces(texts().get(0))) {
            ObjectNode delta = event("content_block_delta").put("index", 0);
            delta.putObject("delta").put("type", "text_delta").put("text", piece);
            add(delta);
        }
        add(event("content_block_stop").put("index", 0));
    }

    private void tool(int block, String input) {
        ObjectNode start = event("content_block_start").put("index", block);
        start.putObject("content_block")
                .put("type", "tool_use")
                .put("id", "t" + block)
                .put("name", "weather")
                .putObject("input");
        add(start);
        for (String piece : pieces(input)) {
            ObjectNode delta = event("content_block_delta").put("index", block);
            delta.putObject("delta").put("type", "input_json_delta").put("partial_json", piece);
            add(delta);
        }
        add(event("content_block_stop").put("index", block));
    }

    private void end() {
        if (random.nextInt(3) == 0) {
            add(event("new_kind").put("of", "event"));
        }
        ObjectNode delta = event("message_delta");
        delta.putObject("delta")
                .put("stop_reason", arguments().isEmpty() ? "end_turn" : "tool_use")
                .putNull("stop_sequence");
        delta.putObject("usage").put("output_tokens", 3);
        add(delta);
        if (random.nextBoolean()) {
            add(event("message_stop"));
        }
    }

    private static ObjectNode event(String type) {
        return JSON.createObjectNode().put("type", type);
    }
}
