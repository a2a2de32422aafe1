package io.stillstream.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Every expression that this module ships. */
final class Expressions {

    private static final Path DASHBOARDS = Path.of("grafana", "dashboards");
    static final Path RULES = Path.of("prometheus", "rules");

    private Expressions() {}

    static List<Expression> ofDashboards() throws IOException {
        List<Expression> expressions = new ArrayList<>();
        for (Path file : files(DASHBOARDS)) {
            for (JsonNode panel : new ObjectMapper().readTree(file.toFile()).path("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    expressions.add(new Expression(
                            panel.path("title").asText(), target.path("expr").asText()));
                }
            }
        }
        return expressions;
    }

    static List<Expression> ofAlerts() throws IOException {
        List<Expression> expressions = new ArrayList<>();
        for (Path file : files(RULES)) {
            for (JsonNode group :
                    new ObjectMapper(new YAMLFactory()).readTree(file.toFile()).path("groups")) {
                for (JsonNode rule : group.path("rules")) {
                    expressions.add(new Expression(
                            rule.path("alert").asText(), rule.path("expr").asText()));
                }
            }
        }
        return expressions;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
