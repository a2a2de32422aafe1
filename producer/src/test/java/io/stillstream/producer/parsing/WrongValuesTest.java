package io.stillstream.producer.parsing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.contract.codec.PromptCodec;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.source.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Lines of every shape in which values of another kind stand at random places. */
final class WrongValuesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
    private static final int LINES = 10_000;

    /** Whatever stands where: prompts that can be written, or a rejection, and never an exception. */
    @Test
    void parse_linesWithWrongValues_arePromptsOrARejection() throws IOException {
        List<JsonNode> originals = new ArrayList<>();
        for (String shape : TrafficShapesTest.shapes().toList()) {
            JsonNode row = JSON.readTree(shape);
            String line = row.get("line").textValue();
            // Put into itself, the deep one would be deeper than JSON may be written.
            if (line.startsWith("{") && !row.get("name").textValue().equals("deep")) {
                originals.add(JSON.readTree(line));
            }
        }
        var parser = new PromptParser(
                "s", TrafficConfig.reading("-"), Clock.fixed(NOW, ZoneOffset.UTC), new UnknownFields());
        Random random = new Random(14);
        int accepted = 0;
        for (int i = 0; i < LINES; i++) {
            JsonNode tree = originals.get(random.nextInt(originals.size())).deepCopy();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                change(tree, random);
            }
            byte[] bytes = tree.toString().getBytes(StandardCharsets.UTF_8);
            if (parser.parse(new Line(1, bytes, bytes.length)) instanceof Outcome.Accepted<List<Prompt>> found) {
                assertThat(found.value()).isNotEmpty().allSatisfy(prompt -> PromptCodec.encode(prompt));
                accepted++;
            }
        }
        assertThat(accepted).isBetween(LINES / 20, LINES - LINES / 20);
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
}
