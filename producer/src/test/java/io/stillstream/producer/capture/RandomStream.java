package io.stillstream.producer.capture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A streamed answer as an API defines it, from a seed: what it says is drawn first, then how it is cut into events, and how those
 * are written: with comments, ids, names of events, fields and events that nobody knows, JSON over several lines, any of three line
 * ends, with and without the API's own end.
 */
abstract class RandomStream {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final int MOST_CHOICES = 3;
    private static final int MOST_CALLS = 2;
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

    final Random random;
    private final List<String> events = new ArrayList<>();
    private final List<String> texts = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();

    RandomStream(long seed, boolean severalChoices, boolean callsTools) {
        random = new Random(seed);
        int choices = severalChoices ? 1 + random.nextInt(MOST_CHOICES) : 1;
        for (int i = 0; i < choices; i++) {
            texts.add("a" + text());
        }
        int calls = callsTools ? random.nextInt(MOST_CALLS + 1) : 0;
        for (int i = 0; i < calls; i++) {
            arguments.add("{\"city\": \"" + PIECES.get(2 + random.nextInt(3)) + "\", \"n\": 1.50}");
        }
    }

    /** One of the four APIs' in turn. */
    static RandomStream of(long seed) {
        return switch ((int) Math.floorMod(seed, 4L)) {
            case 0 -> new RandomChat(seed);
            case 1 -> new RandomCompletion(seed);
            case 2 -> new RandomAnthropic(seed);
            default -> new RandomResponses(seed);
        };
    }

    /** What callers of the API call. */
    abstract String path();

    /** A request that such a stream answers. */
    abstract String request();

    /** What each choice says. */
    List<String> texts() {
        return texts;
    }

    /** The arguments of each call of the first choice. */
    List<String> arguments() {
        return arguments;
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
    List<String> pieces(String text) {
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

    /** An event of a type, which is its name too. */
    void add(ObjectNode event) {
        add(event.path("type").asText(), event);
    }

    /** @param name of the event; empty for none */
    void add(String name, ObjectNode json) {
        if (random.nextInt(6) == 0) {
            json.putObject("x_new_field").putArray("content").add("never said");
        }
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
                if (pretty && random.nextInt(8) == 0) {
                    event.append("\n: still there");
                }
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        events.add(event.toString());
    }

    /** The line with which OpenAI ends its streams, and others do not. */
    void addDone() {
        if (random.nextBoolean()) {
            events.add("data: [DONE]");
        }
    }

    /** As it goes over the wire. */
    byte[] wire() {
        String lineEnd = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
        StringBuilder wire = new StringBuilder(random.nextInt(10) == 0 ? "\uFEFF" : "");
        for (String event : events) {
            if (random.nextInt(6) == 0) {
                wire.append(": keep-alive").append(lineEnd).append(lineEnd);
            }
            wire.append(event.replace("\n", lineEnd)).append(lineEnd).append(lineEnd);
        }
        if (random.nextInt(4) == 0) {
            wire.setLength(wire.length() - 2 * lineEnd.length());
        }
        return wire.toString().getBytes(StandardCharsets.UTF_8);
    }
}
