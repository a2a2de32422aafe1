package io.stillstream.bench.fault.hostile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.Chat;
import io.stillstream.contract.prompt.Message;
import io.stillstream.contract.prompt.Production;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.source.EndOfSource;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Kinds of hostile records on {@code prompts}: what is no prompt at all, and prompts of which one thing is extreme or wrong. */
final class HostilePrompts {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Near the largest record that a broker takes by default. */
    private static final int LARGE = 900_000;

    private static final int MANY = 100_000;
    private static final Duration AHEAD = Duration.ofMinutes(50);

    private static final String SAID = "Tom was sad.";
    private static final String ANSWER = "The end.";

    private HostilePrompts() {}

    /** @param id of those that are prompts, but for the kinds that change it */
    static List<HostileRecord> all(String id) {
        String longId = id + "x".repeat(MANY);
        String escapes = id + "\u001b[2J\u0007";
        List<HostileRecord> all = new ArrayList<>(
                List.of(prompt("a long id", longId, node -> {}), prompt("escapes in the id", escapes, node -> {})));
        others(id).stream().map(record -> record.withId(id)).forEach(all::add);
        return all;
    }

    private static HostileRecord prompt(String kind, String id, Consumer<ObjectNode> change) {
        return HostileRecord.of(kind, with(id, change)).withId(id);
    }

    private static List<HostileRecord> others(String id) {
        String prompt = with(id, node -> {});
        return List.of(
                HostileRecord.of("no value", (byte[]) null),
                HostileRecord.of("an empty value", ""),
                HostileRecord.of("no JSON", "once upon a time"),
                HostileRecord.of("half a prompt", prompt.substring(0, prompt.length() / 2)),
                HostileRecord.of("something after the prompt", prompt + "}"),
                HostileRecord.of("a JSON array", "[1,2,3]"),
                HostileRecord.of("a JSON number", "1e400"),
                HostileRecord.of("bytes of 255", filled(MANY, 0xff)),
                HostileRecord.of("bytes of 0", filled(MANY, 0)),
                HostileRecord.of("UTF-16", prompt.getBytes(StandardCharsets.UTF_16)),
                HostileRecord.of("arrays in arrays", "[".repeat(MANY)),
                HostileRecord.of("objects in objects", "{\"a\":".repeat(MANY) + '1' + "}".repeat(MANY)),
                HostileRecord.of("a number of many digits", "{\"version\":" + "9".repeat(MANY) + '}'),
                HostileRecord.of("a key twice", prompt.replaceFirst("\\{", "{\"id\":\"other\",")),
                HostileRecord.of("half a surrogate pair", prompt.replace(SAID, "\\ud800")),
                HostileRecord.of("version 99", with(id, node -> node.put("version", 99))),
                HostileRecord.of("no version", with(id, node -> node.remove("version"))),
                HostileRecord.of("an empty id", with(id, node -> node.put("id", ""))),
                HostileRecord.of("a long tenant", with(id, node -> node.put("tenant", "t".repeat(MANY)))),
                HostileRecord.of("the year 292277026", time(id, "+292277026-01-01T00:00:00Z")),
                HostileRecord.of("the year -1", time(id, "-0001-01-01T00:00:00Z")),
                HostileRecord.of("no time", time(id, "yesterday")),
                HostileRecord.of("a time that is a number", with(id, node -> node.put("created_at", 1e308))),
                HostileRecord.of("no messages", with(id, node -> node.putArray("messages"))),
                HostileRecord.of("messages that are text", with(id, node -> node.put("messages", "hello"))),
                HostileRecord.of(
                        "a role that is null", with(id, node -> first(node).putNull("role"))),
                HostileRecord.of("a long role", with(id, node -> first(node).put("role", "r".repeat(MANY)))),
                HostileRecord.of(
                        "content that is a number", with(id, node -> first(node).put("content", 7))),
                HostileRecord.of(
                        "an image",
                        with(
                                id,
                                node -> first(node)
                                        .putArray("content")
                                        .addObject()
                                        .put("type", "image_url"))),
                HostileRecord.of("many empty messages", with(id, HostilePrompts::manyMessages)),
                HostileRecord.of(
                        "tools that are none",
                        with(id, node -> node.putArray("tools").add("{{{"))),
                HostileRecord.of(
                        "an unknown end", with(id, node -> response(node).put("finish_reason", "because"))),
                HostileRecord.of("an unknown split", with(id, node -> node.put("split", "MINE"))),
                HostileRecord.of("an empty response", prompt.replace(ANSWER, "")),
                HostileRecord.of("a large response", prompt.replace(ANSWER, "ab ".repeat(LARGE / 3))),
                HostileRecord.of("a large prompt", prompt.replace(SAID, "sad ".repeat(LARGE / 4))),
                HostileRecord.of("one letter many times", prompt.replace(ANSWER, "a".repeat(MANY))),
                HostileRecord.of("an end that is none", "?").withHeaders(EndOfSource.headers()),
                HostileRecord.of("an empty end", "{}").withHeaders(EndOfSource.headers()),
                HostileRecord.of("no key, at time 0", "[]").withKey(null).withTimestamp(0),
                HostileRecord.of("a large key", "[]").withKey(filled(MANY, 'k')),
                HostileRecord.of("a time ahead", "[]")
                        .withTimestamp(Instant.now().plus(AHEAD).toEpochMilli()),
                HostileRecord.of("a large header", "[]").withHeaders(Map.of("x", filled(MANY, 1))));
    }

    private static String time(String id, String time) {
        return with(id, node -> node.put("created_at", time));
    }

    /** A prompt that is right, changed. */
    private static String with(String id, Consumer<ObjectNode> change) {
        var prompt = new Prompt(
                id,
                "hostile",
                Chat.of(Message.of("user", SAID)),
                Response.of(ANSWER, Author.PRODUCTION),
                null,
                Prompt.DEFAULT_TENANT,
                Instant.now(),
                Split.TRAIN,
                Production.UNKNOWN,
                Map.of());
        try {
            ObjectNode node =
                    (ObjectNode) JSON.readTree(new String(PromptCodec.encode(prompt), StandardCharsets.UTF_8));
            change.accept(node);
            return node.toString();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an encoded prompt is no JSON: " + e, e);
        }
    }

    private static ObjectNode first(ObjectNode node) {
        return (ObjectNode) node.withArray("messages").get(0);
    }

    private static ObjectNode response(ObjectNode node) {
        return (ObjectNode) node.get("response");
    }

    private static void manyMessages(ObjectNode node) {
        var messages = node.putArray("messages");
        for (int i = 0; i < MANY / 10; i++) {
            messages.addObject().put("role", "user").put("content", "");
        }
    }

    private static byte[] filled(int bytes, int value) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) value);
        return filled;
    }
}
