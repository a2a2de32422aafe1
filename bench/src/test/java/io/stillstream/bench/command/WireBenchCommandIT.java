package io.stillstream.bench.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class WireBenchCommandIT {

    private static final int RECORDS = 4;
    private static final int LAYOUTS = 5;

    @Test
    void call_onTheDemosTeacher_measuresTheTopicAndEveryLayout(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("wire.json");

        int exit = new CommandLine(new WireBenchCommand())
                .execute(
                        "--records",
                        String.valueOf(RECORDS),
                        "--top-k",
                        "10",
                        "--levels",
                        "3",
                        "--json",
                        json.toString());

        assertThat(exit).isZero();
        JsonNode root = new ObjectMapper().readTree(json.toFile());
        JsonNode topic = root.get("topic");
        assertThat(topic.get("records").intValue()).isEqualTo(RECORDS);
        assertThat(topic.get("tokens").intValue()).isGreaterThanOrEqualTo(RECORDS);
        assertThat(topic.get("bytesPerToken").doubleValue())
                .isEqualTo(
                        topic.get("bytes").doubleValue() / topic.get("tokens").intValue());
        JsonNode layouts = root.get("layouts");
        assertThat(layouts).hasSize(LAYOUTS);
        assertThat(layouts.get(LAYOUTS - 1).get("layout").textValue()).isEqualTo("deflated (on the wire)");
        double onTheWire = layouts.get(LAYOUTS - 1).get("bytesPerToken").doubleValue();
        for (int i = 0; i < LAYOUTS - 1; i++) {
            assertThat(layouts.get(i).get("bytesPerToken").doubleValue())
                    .as(layouts.get(i).get("layout").textValue())
                    .isGreaterThan(onTheWire);
        }
    }
}
