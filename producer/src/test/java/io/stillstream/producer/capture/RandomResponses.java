package io.stillstream.producer.capture;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The Responses API's events: a message, calls of tools, and a last event that holds them all, or leaves that to the others. */
final class RandomResponses extends RandomStream {

    RandomResponses(long seed) {
        super(seed, false, true);
        ObjectNode created = event("response.created");
        response(created, "in_progress", false);
        add(created);
        ObjectNode added = event("response.output_item.added").put("output_index", 0);
        added.putObject("item")
                .put("id", "i")
                .put("type", "message")
                .put("role", "assistant")
                .putArray("content");
        add(added);
        for (String piece : pieces(texts().get(0))) {
            add(event("response.output_text.delta")
                    .put("output_index", 0)
                    .put("content_index", 0)
                    .put("delta", piece));
        }
        done(0, messageItem());
        for (int call = 0; call < arguments().size(); call++) {
            call(call);
        }
        ObjectNode completed = event("response.completed");
        response(completed, "completed", random.nextInt(3) > 0);
        add(completed);
    }

    @Override
    String path() {
        return "/v1/responses";
    }

    @Override
    String request() {
        return "{\"model\": \"m\", \"instructions\": \"Be brief.\", \"input\": \"Which is the capital of Norway?\"}";
    }

    private void call(int call) {
        ObjectNode added = event("response.output_item.added").put("output_index", call + 1);
        added.set("item", callItem(call).put("arguments", ""));
        add(added);
        for (String piece : pieces(arguments().get(call))) {
            add(event("response.function_call_arguments.delta")
                    .put("output_index", call + 1)
                    .put("delta", piece));
        }
        done(call + 1, callItem(call));
    }

    private void done(int index, ObjectNode item) {
        ObjectNode done = event("response.output_item.done").put("output_index", index);
        done.set("item", item);
        add(done);
    }

    private void response(ObjectNode event, String status, boolean withOutput) {
        ObjectNode response = event.putObject("response")
                .put("id", "resp_0123456789abcdef")
                .put("object", "response")
                .put("created_at", 1)
                .put("status", status)
                .put("model", "m");
        ArrayNode items = response.putArray("output");
        if (withOutput) {
            items.add(messageItem());
            for (int call = 0; call < arguments().size(); call++) {
                items.add(callItem(call));
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
                .put("text", texts().get(0))
                .putArray("annotations");
        return item;
    }

    private ObjectNode callItem(int call) {
        return JSON.createObjectNode()
                .put("type", "function_call")
                .put("call_id", "t" + call)
                .put("name", "weather")
                .put("arguments", arguments().get(call));
    }

    private static ObjectNode event(String type) {
        return JSON.createObjectNode().put("type", type);
    }
}
