package io.stillstream.producer.capture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What each choice of a stream says as far as it came, by the definitions of the four APIs and the standard of server-sent events,
 * a byte at a time and by the deltas alone: shares nothing with what is tested.
 */
final class IndependentJoiner {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Integer, String> said = new TreeMap<>();
    private final Map<Integer, String> arguments = new TreeMap<>();
    private final List<byte[]> lines = new ArrayList<>();

    /**
     * What was found.
     *
     * @param texts of the choices that say something
     * @param arguments of the calls of the first choice, in their order
     */
    record Joined(Map<Integer, String> texts, List<String> arguments) {}

    private IndependentJoiner() {}

    static Joined join(byte[] wire) {
        var joiner = new IndependentJoiner();
        joiner.split(wire);
        StringBuilder data = new StringBuilder();
        for (byte[] bytes : joiner.lines) {
            String line = new String(bytes, StandardCharsets.UTF_8);
            if (line.isEmpty()) {
                joiner.take(data.toString());
                data.setLength(0);
            } else if (line.startsWith("data: ")) {
                data.append(line.substring(6)).append('\n');
            } else if (line.startsWith("data:")) {
                data.append(line.substring(5)).append('\n');
            }
        }
        // The standard forgets it; but a whole one may be the last of a server that ends so.
        joiner.take(data.toString());
        return new Joined(joiner.said, List.copyOf(joiner.arguments.values()));
    }

    private void split(byte[] wire) {
        boolean marked = wire.length >= 3 && wire[0] == (byte) 0xEF && wire[1] == (byte) 0xBB && wire[2] == (byte) 0xBF;
        int begin = marked ? 3 : 0;
        for (int i = begin; i < wire.length; i++) {
            if (wire[i] == '\n' || wire[i] == '\r') {
                lines.add(Arrays.copyOfRange(wire, begin, i));
                if (wire[i] == '\r' && i + 1 < wire.length && wire[i + 1] == '\n') {
                    i++;
                }
                begin = i + 1;
            }
        }
        lines.add(Arrays.copyOfRange(wire, begin, wire.length));
    }

    private void take(String data) {
        if (data.isBlank() || data.equals("[DONE]\n")) {
            return;
        }
        JsonNode event;
        try {
            event = JSON.readTree(data);
        } catch (JsonProcessingException e) {
            return;
        }
        for (JsonNode choice : event.path("choices")) {
            int index = choice.path("index").asInt();
            say(index, choice.path("text"));
            say(index, choice.path("delta").path("content"));
            for (JsonNode call : choice.path("delta").path("tool_calls")) {
                argue(call.path("index").asInt(), call.path("function").path("arguments"));
            }
        }
        switch (event.path("type").asText()) {
            case "content_block_delta" -> {
                say(0, event.path("delta").path("text"));
                argue(event.path("index").asInt(), event.path("delta").path("partial_json"));
            }
            case "response.output_text.delta" -> say(0, event.path("delta"));
            case "response.function_call_arguments.delta" ->
                argue(event.path("output_index").asInt(), event.path("delta"));
            default -> {
                // Says nothing new.
            }
        }
    }

    private void say(int choice, JsonNode more) {
        add(said, choice, more);
    }

    private void argue(int call, JsonNode more) {
        add(arguments, call, more);
    }

    private static void add(Map<Integer, String> to, int key, JsonNode more) {
        if (more.isTextual() && !more.textValue().isEmpty()) {
            to.merge(key, more.textValue(), String::concat);
        }
    }
}
