package io.stillstream.producer.parsing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/** Calls in random combination of shapes, roles, parts, tools, absent values and unknown fields. Each text is there once. */
final class RandomTraffic {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> LETTERS =
            List.of("é", "漢", "🙂", "👩‍🚀", "\"", "\\", "\n", "\t", " ", "\u0000", "<|im_end|>", "{", "}");
    private static final List<String> ROLES =
            List.of("system", "developer", "user", "assistant", "tool", "function", "critic", "");

    private final Random random;
    private int texts;

    RandomTraffic(long seed) {
        random = new Random(seed);
    }

    ObjectNode line() {
        ObjectNode line = JSON.createObjectNode();
        if (chance(2)) {
            line.put("id", text());
        }
        switch (random.nextInt(10)) {
            case 0 -> line.setAll(request());
            case 1 -> {
                line.setAll(request());
                line.put(pick(List.of("response", "completion", "output", "answer")), text());
            }
            case 2 -> {
                line.set("request", request());
                line.set("response", maybeText(completion()));
            }
            case 3 -> {
                line.put("custom_id", text());
                line.set("body", request());
                ObjectNode response = line.putObject("response");
                response.put("status_code", 200);
                response.set("body", completion());
            }
            case 4 -> {
                line.put("traceId", text());
                line.set("input", maybeText(chance(2) ? request() : messages()));
                line.set("output", maybeText(chance(2) ? completion() : message("assistant")));
            }
            case 5 -> {
                line.set("request_body", request());
                line.set("response_body", completion());
            }
            case 6 -> shareGpt(line);
            case 7 -> {
                line.put("instruction", text());
                line.put("input", chance(3) ? "" : text());
                line.put("output", text());
            }
            case 8 -> anthropic(line);
            default -> stream(line);
        }
        if (chance(4)) {
            line.set("note", value());
        }
        if (chance(5)) {
            line.putObject("metadata").put("k", text());
        }
        return line;
    }

    private ObjectNode request() {
        ObjectNode request = JSON.createObjectNode();
        request.set("messages", chance(6) ? maybeText(messages()) : messages());
        if (chance(3)) {
            request.put("model", text());
        }
        if (chance(3)) {
            ObjectNode function = request.putArray("tools")
                    .addObject()
                    .put("type", "function")
                    .putObject("function");
            function.put("name", text()).put("description", text());
            function.putObject("parameters").put("type", text());
        }
        if (chance(4)) {
            request.put("stop", text());
        }
        if (chance(8)) {
            request.set("surprise", value());
        }
        return request;
    }

    private ArrayNode messages() {
        ArrayNode messages = JSON.createArrayNode();
        int count = random.nextInt(5);
        for (int i = 0; i <= count; i++) {
            messages.add(message(chance(2) ? "user" : pick(ROLES)));
        }
        return messages;
    }

    private ObjectNode message(String role) {
        ObjectNode message = JSON.createObjectNode().put("role", role);
        message.set("content", content());
        if (role.equals("assistant") && chance(3)) {
            ObjectNode call = message.putArray("tool_calls").addObject();
            call.put("id", text()).put("type", "function");
            call.putObject("function").put("name", text()).put("arguments", "{\"a\":\"" + id() + "\"}");
        }
        if (role.equals("tool")) {
            message.put("tool_call_id", text());
        }
        for (String field : List.of("name", "refusal", "reasoning_content")) {
            if (chance(8)) {
                message.set(field, value());
            }
        }
        if (chance(10)) {
            message.set("mood", value());
        }
        if (chance(15)) {
            message.put("weight", random.nextInt(3));
        }
        return message;
    }

    private JsonNode content() {
        if (chance(12)) {
            return value();
        }
        if (chance(3)) {
            ArrayNode parts = JSON.createArrayNode();
            int count = random.nextInt(3);
            for (int i = 0; i < count; i++) {
                parts.addObject()
                        .put("type", chance(15) ? "image_url" : pick(List.of("text", "input_text")))
                        .put("text", text());
            }
            return parts;
        }
        return JSON.getNodeFactory().textNode(text());
    }

    private ObjectNode completion() {
        ObjectNode completion = JSON.createObjectNode().put("object", "chat.completion");
        int count = chance(4) ? 2 : 1;
        ArrayNode choices = completion.putArray("choices");
        for (int i = 0; i < count; i++) {
            ObjectNode choice = choices.addObject().put("index", count - 1 - i);
            choice.set("message", message("assistant"));
            choice.put("finish_reason", pick(List.of("stop", "length", "content_filter")));
        }
        if (chance(6)) {
            completion.set("oddity", value());
        }
        return completion;
    }

    private void shareGpt(ObjectNode line) {
        ArrayNode turns = line.putArray("conversations");
        int count = random.nextInt(5);
        for (int i = 0; i <= count; i++) {
            turns.addObject()
                    .put("from", i % 2 == 0 ? "human" : "gpt")
                    .set("value", chance(20) ? value() : JSON.getNodeFactory().textNode(text()));
        }
    }

    private void anthropic(ObjectNode line) {
        ObjectNode request = line.putObject("request").put("system", text());
        ArrayNode messages = request.putArray("messages");
        ArrayNode blocks = messages.addObject().put("role", "user").putArray("content");
        blocks.addObject().put("type", "text").put("text", text());
        if (chance(3)) {
            blocks.addObject()
                    .put("type", "tool_result")
                    .put("tool_use_id", text())
                    .put("content", text());
        }
        ObjectNode response = line.putObject("response").put("type", "message").put("role", "assistant");
        ArrayNode said = response.putArray("content");
        if (chance(3)) {
            said.addObject().put("type", "thinking").put("thinking", text());
        }
        said.addObject().put("type", "text").put("text", text());
        if (chance(2)) {
            ObjectNode use =
                    said.addObject().put("type", "tool_use").put("id", text()).put("name", text());
            use.putObject("input").put("a", text());
        }
        response.put("stop_reason", pick(List.of("end_turn", "max_tokens", "stop_sequence")));
    }

    private void stream(ObjectNode line) {
        line.set("request", request());
        ArrayNode chunks = line.putArray("response");
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            ObjectNode choice = chunks.addObject().putArray("choices").addObject();
            choice.put("index", 0).putObject("delta").put("content", text());
            if (chance(10)) {
                choice.set("odd", value());
            }
        }
    }

    private JsonNode value() {
        return switch (random.nextInt(7)) {
            case 0 -> JSON.getNodeFactory().nullNode();
            case 1 -> JSON.getNodeFactory().textNode("");
            case 2 -> JSON.getNodeFactory().numberNode(random.nextInt(100));
            case 3 -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
            case 4 -> JSON.createArrayNode().add(text());
            case 5 -> JSON.createObjectNode().put("x", text());
            default -> JSON.getNodeFactory().textNode(text());
        };
    }

    private JsonNode maybeText(JsonNode node) {
        return chance(3) ? JSON.getNodeFactory().textNode(node.toString()) : node;
    }

    private String text() {
        return id() + pick(LETTERS) + "x";
    }

    private String id() {
        return "t" + texts++ + "t";
    }

    private boolean chance(int in) {
        return random.nextInt(in) == 0;
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
