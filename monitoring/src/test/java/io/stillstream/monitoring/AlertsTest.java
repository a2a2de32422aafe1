package io.stillstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every alert has a unit test that makes it fire, one that keeps it silent, and a section that says what to do. */
class AlertsTest {

    private static final Pattern FIRING = Pattern.compile("alertname=\"(\\w+)\"");
    private static final Path RUNBOOKS = Path.of("..", "docs", "runbooks.md");

    @Test
    void alerts_everyOne_isTestedBothWays() throws Exception {
        Set<String> firing = new HashSet<>();
        Set<String> silent = new HashSet<>();
        for (Path file : Expressions.ruleTests()) {
            read(file, firing, silent);
        }

        assertThat(Expressions.alerts()).doesNotHaveDuplicates();
        assertThat(firing).as("made to fire").containsAll(Expressions.alerts());
        assertThat(silent).as("kept silent").containsAll(Expressions.alerts());
    }

    @Test
    void alerts_everyOne_hasARunbook() throws Exception {
        String runbooks = Files.readString(RUNBOOKS);

        assertThat(Expressions.alerts())
                .allSatisfy(alert -> assertThat(runbooks).contains("`" + alert + "`"));
    }

    private static void read(Path file, Set<String> firing, Set<String> silent) throws IOException {
        for (JsonNode test :
                new ObjectMapper(new YAMLFactory()).readTree(file.toFile()).path("tests")) {
            for (JsonNode alert : test.path("alert_rule_test")) {
                if (alert.path("exp_alerts").isEmpty()) {
                    silent.add(alert.path("alertname").asText());
                }
            }
            for (JsonNode expression : test.path("promql_expr_test")) {
                Matcher name = FIRING.matcher(expression.path("expr").asText());
                if (name.find()) {
                    (expression.path("exp_samples").isEmpty() ? silent : firing).add(name.group(1));
                }
            }
        }
    }
}
