package io.stillstream.bench.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class WireBenchCommandIT {

    private static final int RECORDS = 4;

    @Test
    void call_onTheDemosTeacher_measuresTheTopicAndWhatColumnsTake(@TempDir Path directory) throws Exception {
        Path json = directory.resolve("wire.json");

        int exit = new CommandLine(new WireBenchCommand())
                .execute(
                        "--records",
                        String.valueOf(RECORDS),
                        "--top-k",
                        "4,16",
                        "--mass",
                        "0.9,1",
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
        JsonNode columns = root.get("columns");
        assertThat(columns).hasSize(4);
        for (JsonNode row : columns) {
            int topK = row.get("topK").intValue();
            boolean whole = row.get("mass").doubleValue() == 1;
            assertThat(row.get("columns").doubleValue())
                    .isGreaterThanOrEqualTo(1)
                    .isLessThanOrEqualTo(topK);
            assertThat(row.get("columns").doubleValue() == topK).isEqualTo(whole);
        }
        for (String figure : List.of("columns", "held", "bytesPerToken")) {
            assertThat(columns.get(3).get(figure).doubleValue())
                    .as(figure)
                    .isGreaterThan(columns.get(2).get(figure).doubleValue())
                    .isGreaterThan(columns.get(1).get(figure).doubleValue());
        }
    }
}
