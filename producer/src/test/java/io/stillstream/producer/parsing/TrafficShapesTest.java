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
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Lines of every shape with the prompts that they become, or the reason why they become none. {@code
 * -Dstillstream.shapes.write=FILE} writes what the parser makes of the lines, to be read before it is believed.
 */
class TrafficShapesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");

    static Stream<String> shapes() throws IOException {
        try (InputStream resource =
                Objects.requireNonNull(TrafficShapesTest.class.getResourceAsStream("traffic-shapes.jsonl"))) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8).lines().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void parse_lineOfAShape_isWhatItSays(String text) throws IOException {
        JsonNode shape = JSON.readTree(text);

        assertThat(read(shape)).as(shape.get("name").textValue()).isEqualTo(shape);
    }

    @Test
    void write_whereAsked() throws IOException {
        String file = System.getProperty("stillstream.shapes.write");
        if (file != null) {
            List<String> written = new ArrayList<>();
            for (String text : shapes().toList()) {
                written.add(read(JSON.readTree(text)).toString());
            }
            Files.write(Path.of(file), written);
        }
        assertThat(shapes()).isNotEmpty();
    }

    private static JsonNode read(JsonNode shape) {
        var unknown = new UnknownFields();
        var parser = new PromptParser(
                "traffic.jsonl", TrafficConfig.reading("-"), Clock.fixed(NOW, ZoneOffset.UTC), unknown);
        byte[] bytes = shape.get("line").textValue().getBytes(StandardCharsets.UTF_8);
        Outcome<List<Prompt>> parsed = parser.parse(new Line(1, bytes, bytes.length));
        ObjectNode result = JSON.createObjectNode();
        result.set("name", shape.get("name"));
        result.set("line", shape.get("line"));
        if (parsed instanceof Outcome.Rejected<List<Prompt>> rejected) {
            result.put("code", rejected.rejection().code().label());
            result.put("detail", rejected.rejection().detail());
        } else if (parsed instanceof Outcome.Accepted<List<Prompt>> accepted) {
            ArrayNode prompts = result.putArray("prompts");
            accepted.value().forEach(prompt -> prompts.add(json(prompt)));
            if (!unknown.counts().isEmpty()) {
                unknown.counts().forEach(result.putObject("unknown")::put);
            }
        }
        // Through text, so that numbers of equal value are equal whatever holds them.
        try {
            return JSON.readTree(result.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode json(Prompt prompt) {
        try {
            ObjectNode json = (ObjectNode) JSON.readTree(PromptCodec.encode(prompt));
            json.remove(List.of("version", "split", "tenant"));
            if (json.get("id").equals(json.get("conversation_id"))) {
                json.remove("conversation_id");
            }
            if (json.get("created_at").textValue().equals(NOW.toString())) {
                json.remove("created_at");
            }
            return json;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
