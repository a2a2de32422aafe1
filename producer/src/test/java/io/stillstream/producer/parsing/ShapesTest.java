package io.stillstream.producer.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.Outcome;
import io.stillstream.contract.Prompt;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.producer.HoldOut;
import io.stillstream.producer.source.Line;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lines of the shapes that logs, exports and data sets have, in {@code shapes.txt}: a line; after {@code =} each prompt that it
 * is, after {@code !} why it is none, after {@code ?} each field that nobody knows.
 */
final class ShapesTest {

    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MUTATIONS = 10_000;

    @ParameterizedTest
    @MethodSource("blocks")
    void parse_line_isThesePrompts(List<String> block) {
        assertThat(described(block.get(0))).containsExactlyElementsOf(block.subList(1, block.size()));
    }

    /** Whatever stands where: a prompt that can be written, or a rejection, and never an exception. */
    @Test
    void parse_linesWithWrongValues_areAPromptOrARejection() throws IOException {
        List<String> lines = blocks().map(block -> block.get(0)).toList();
        Random random = new Random(14);
        int prompts = 0;
        int rejections = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            JsonNode tree = readable(lines.get(random.nextInt(lines.size())));
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                change(tree, random);
            }
            List<String> result = described(tree.toString());
            assertThat(result).isNotEmpty();
            if (result.get(0).startsWith("=")) {
                prompts++;
            } else {
                rejections++;
            }
        }
        assertThat(prompts).isGreaterThan(MUTATIONS / 20);
        assertThat(rejections).isGreaterThan(MUTATIONS / 20);
    }

    private static JsonNode readable(String line) throws IOException {
        return JSON.readTree(line);
    }

    private static void change(JsonNode tree, Random random) {
        List<JsonNode> containers = new ArrayList<>();
        collect(tree, containers);
        JsonNode place = containers.get(random.nextInt(containers.size()));
        JsonNode value = value(random, containers);
        if (place instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            object.set(names.get(random.nextInt(names.size())), value);
        } else if (place instanceof ArrayNode array && !array.isEmpty()) {
            array.set(random.nextInt(array.size()), value);
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private static JsonNode value(Random random, List<JsonNode> containers) {
        return switch (random.nextInt(8)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.getNodeFactory().numberNode(random.nextLong());
            case 2 -> JSON.getNodeFactory().textNode("");
            case 3 -> JSON.createArrayNode();
            case 4 -> JSON.createObjectNode();
            case 5 -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
            case 6 -> JSON.getNodeFactory().textNode("🙂 {\"a\":[1,2]}");
            default -> containers.get(random.nextInt(containers.size())).deepCopy();
        };
    }

    private static List<String> described(String text) {
        var parser = new PromptParser("s", 1 << 20, new HoldOut(0.1), Clock.fixed(NOW, ZoneOffset.UTC));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Outcome<List<Prompt>> outcome = parser.parse(new Line(1, bytes, bytes.length));
        List<String> description = new ArrayList<>();
        if (outcome instanceof Outcome.Accepted<List<Prompt>> accepted) {
            accepted.value()
                    .forEach(prompt ->
                            description.add("= " + new String(PromptCodec.encode(prompt), StandardCharsets.UTF_8)));
        } else if (outcome instanceof Outcome.Rejected<List<Prompt>> rejected) {
            description.add("! " + rejected.rejection().code().label() + ": "
                    + rejected.rejection().detail());
        }
        parser.unknownFields().counts().keySet().forEach(name -> description.add("? " + name));
        return description;
    }

    private static Stream<List<String>> blocks() throws IOException {
        try (InputStream file = Objects.requireNonNull(ShapesTest.class.getResourceAsStream("shapes.txt"))) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.strip().split("\n\n"))
                    .map(block -> block.lines().toList());
        }
    }
}
