package io.stillstream.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every expression that this module ships. */
final class Expressions {

    private static final Path DASHBOARDS = Path.of("grafana", "dashboards");
    static final Path RULES = Path.of("prometheus", "rules");
    static final Path RULE_TESTS = Path.of("prometheus", "tests");

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

    /** Of alerts, and of what is recorded for them and for the dashboards. */
    static List<Expression> ofRules() throws IOException {
        return rules().stream()
                .map(rule -> new Expression(
                        rule.path("alert").asText(rule.path("record").asText()),
                        rule.path("expr").asText()))
                .toList();
    }

    /** What the rules record: names, each with the labels that the rule gives it. */
    static Map<String, Set<String>> recorded() throws IOException {
        Map<String, Set<String>> recorded = new TreeMap<>();
        for (JsonNode rule : rules()) {
            if (rule.has("record")) {
                Set<String> labels =
                        recorded.computeIfAbsent(rule.path("record").asText(), name -> new TreeSet<>());
                rule.path("labels").fieldNames().forEachRemaining(labels::add);
            }
        }
        return recorded;
    }

    /** The names of all alerts. */
    static List<String> alerts() throws IOException {
        return rules().stream()
                .filter(rule -> rule.has("alert"))
                .map(rule -> rule.path("alert").asText())
                .toList();
    }

    /** The files of promtool's unit tests. */
    static List<Path> ruleTests() throws IOException {
        return files(RULE_TESTS);
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        for (Path file : files(RULES)) {
            for (JsonNode group :
                    new ObjectMapper(new YAMLFactory()).readTree(file.toFile()).path("groups")) {
                group.path("rules").forEach(rules::add);
            }
        }
        return rules;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }
}
