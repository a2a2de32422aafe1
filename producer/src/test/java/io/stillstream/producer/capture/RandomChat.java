package io.stillstream.producer.capture;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A chat completion's chunks: those of several choices mixed, and calls of tools. */
final class RandomChat extends RandomStream {

    RandomChat(long seed) {
        super(seed, true, true);
        List<List<ObjectNode>> byChoice = new ArrayList<>();
        for (int index = 0; index < texts().size(); index++) {
            byChoice.add(deltas(index));
        }
        for (int index : order(byChoice)) {
            List<ObjectNode> left = byChoice.get(index);
            boolean last = left.isEmpty();
            ObjectNode chunk = chunk();
            ObjectNode choice = chunk.putArray("choices").addObject().put("index", index);
            choice.set("delta", last ? JSON.createObjectNode() : left.remove(0));
            choice.put("finish_reason", last ? finish(index) : null);
            if (random.nextInt(4) == 0) {
                chunk.putNull("usage").put("obfuscation", "abc");
            }
            add("", chunk);
        }
        if (random.nextBoolean()) {
            ObjectNode usage = chunk();
            usage.putArray("choices");
            usage.putObject("usage").put("prompt_tokens", 7).put("completion_tokens", 3);
            add("", usage);
        }
        addDone();
    }

    @Override
    String path() {
        return "/v1/chat/completions";
    }

    @Override
    String request() {
        return TestingCalls.REQUEST;
    }

    private String finish(int index) {
        return index == 0 && !arguments().isEmpty() ? "tool_calls" : "stop";
    }

    private List<ObjectNode> deltas(int index) {
        List<ObjectNode> deltas = new ArrayList<>();
        ObjectNode begin = JSON.createObjectNode().put("role", "assistant");
        deltas.add(random.nextBoolean() ? begin.put("content", "") : begin.putNull("content"));
        for (String piece : pieces(texts().get(index))) {
            deltas.add(JSON.createObjectNode().put("content", piece));
        }
        for (int call = 0; index == 0 && call < arguments().size(); call++) {
            ObjectNode first = JSON.createObjectNode()
                    .put("index", call)
                    .put("id", "call_" + call)
                    .put("type", "function");
            first.putObject("function").put("name", "weather").put("arguments", "");
            deltas.add(delta(first));
            for (String piece : pieces(arguments().get(call))) {
                ObjectNode more = JSON.createObjectNode().put("index", call);
                more.putObject("function").put("arguments", piece);
                deltas.add(delta(more));
            }
        }
        return deltas;
    }

    private static ObjectNode delta(ObjectNode call) {
        ObjectNode delta = JSON.createObjectNode();
        delta.putArray("tool_calls").add(call);
        return delta;
    }

    /** Whose chunk comes next, each choice's as often as it has deltas, and once more for its end. */
    private List<Integer> order(List<List<ObjectNode>> byChoice) {
        List<Integer> order = new ArrayList<>();
        for (int index = 0; index < byChoice.size(); index++) {
            for (int chunk = 0; chunk <= byChoice.get(index).size(); chunk++) {
                order.add(random.nextInt(order.size() + 1), index);
            }
        }
        return order;
    }

    private static ObjectNode chunk() {
        return JSON.createObjectNode()
                .put("id", "chatcmpl-0123456789abcdef")
                .put("object", "chat.completion.chunk")
                .put("created", 0)
                .put("model", "m");
    }
}
