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
 * What each choice of a chat completion's stream says as far as it came, by the API's definition and the standard of
 * server-sent events, a byte at a time: shares nothing with what is tested.
 */
final class IndependentJoiner {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Integer, String> said = new TreeMap<>();
    private final List<byte[]> lines = new ArrayList<>();

    private IndependentJoiner() {}

    /** Of the choices that say something. */
    static Map<Integer, String> join(byte[] wire) {
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
        return joiner.said;
    }

    private void split(byte[] wire) {
        int begin = 0;
        for (int i = 0; i < wire.length; i++) {
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
        JsonNode chunk;
        try {
            chunk = JSON.readTree(data);
        } catch (JsonProcessingException e) {
            return;
        }
        for (JsonNode choice : chunk.path("choices")) {
            String more = choice.path("delta").path("content").asText("");
            if (!more.isEmpty() && !choice.path("delta").path("content").isNull()) {
                said.merge(choice.path("index").asInt(), more, String::concat);
            }
        }
    }
}
