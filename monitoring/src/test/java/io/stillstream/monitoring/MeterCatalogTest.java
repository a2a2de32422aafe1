package io.stillstream.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.stillstream.monitoring.stage.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** What dashboards and alerts ask for, and what the README lists, is what the stages expose. */
class MeterCatalogTest {

    private static final Pattern SAMPLE = Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*\\})? .*$");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)\\s*(?:=~|!~|!=|=)\\s*\"");
    private static final String TABLE_BEGIN = "<!-- The table is written by MeterCatalogTest. -->";
    private static final String TABLE_END = "<!-- End of the table. -->";
    private static final Set<String> OF_PROMETHEUS = Set.of("instance", "job");

    @Test
    void expressions_everySelector_isExposed() throws Exception {
        Map<String, Set<String>> exposed = exposed();
        exposed.put("up", Set.of());
        exposed.put("ALERTS", Set.of("alertstate"));
        exposed.putAll(Expressions.recorded());

        List<Expression> expressions = Stream.concat(
                        Expressions.ofDashboards().stream(), Expressions.ofRules().stream())
                .toList();

        assertThat(expressions).hasSizeGreaterThan(100);
        assertThat(expressions).allSatisfy(expression -> {
            for (String selector : expression.selectors()) {
                String name = selector.replaceFirst("\\{.*", "");
                assertThat(exposed).as("%s: %s", expression.where(), selector).containsKey(name);
                Set<String> labels = labels(selector);
                labels.removeAll(OF_PROMETHEUS);
                assertThat(exposed.get(name))
                        .as("%s: %s", expression.where(), selector)
                        .containsAll(labels);
            }
        });
    }

    @Test
    void meters_everyOneOfOurs_isDescribed() {
        try (var telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PIPELINE)) {
            new StageTraffic(telemetry).run();

            List<Meter> ours = telemetry.registry().getMeters().stream()
                    .filter(meter -> meter.getId().getName().startsWith("stillstream."))
                    .toList();

            assertThat(ours).hasSizeGreaterThan(30).allSatisfy(meter -> {
                assertThat(meter.getId().getDescription()).isNotBlank();
                assertThat(meter.getId().getTag("stage")).isNotEqualTo("pipeline");
            });
        }
    }

    @Test
    void readme_tableOfMeters_isWhatIsExposed() throws Exception {
        Path readme = Path.of("README.md");
        String found = Files.readString(readme);
        String expected;
        try (var telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PIPELINE)) {
            new StageTraffic(telemetry).run();
            String table = MeterTable.of((PrometheusMeterRegistry) telemetry.registry());
            int begin = found.indexOf(TABLE_BEGIN) + TABLE_BEGIN.length();
            expected = found.substring(0, begin) + "\n\n" + table + "\n\n" + found.substring(found.indexOf(TABLE_END));
        }
        Path written = Files.writeString(Path.of("target", "README.md"), expected);
        assertThat(found)
                .as("%s differs from the meters; copy monitoring/%s over it", readme, written)
                .isEqualTo(expected);
    }

    @Test
    void expressions_selectors_areFoundInPromQl() {
        var expression = new Expression(
                "test",
                "histogram_quantile(0.9, sum by (le, stage) (rate(a_bucket{b=\"c\"}[5m]))) > 2 * min_over_time(d[6h])"
                        + " and on (instance) abs(e) == Inf");

        assertThat(expression.selectors()).containsExactly("a_bucket{b=\"c\"}", "d", "e");
    }

    /** Names as Prometheus sees them, each with its labels. */
    private static Map<String, Set<String>> exposed() {
        var properties = new Properties();
        properties.put("bootstrap.servers", "127.0.0.1:1");
        try (var telemetry = Telemetry.start(new MonitoringConfig(false, "127.0.0.1", 0), Stage.PIPELINE);
                var producer = new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
                var consumer =
                        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            telemetry.bindKafka(Stage.PRODUCER, producer);
            telemetry.bindKafka(Stage.TRAINER, consumer);
            new StageTraffic(telemetry).run();
            Map<String, Set<String>> exposed = new HashMap<>();
            ((PrometheusMeterRegistry) telemetry.registry())
                    .scrape()
                    .lines()
                    .map(SAMPLE::matcher)
                    .filter(Matcher::matches)
                    .forEach(sample -> exposed.computeIfAbsent(sample.group(1), name -> new HashSet<>())
                            .addAll(labels(sample.group(2))));
            producer.close(Duration.ZERO);
            return exposed;
        }
    }

    private static Set<String> labels(String matchers) {
        Set<String> labels = new HashSet<>();
        if (matchers != null) {
            Matcher label = LABEL.matcher(matchers);
            while (label.find()) {
                labels.add(label.group(1));
            }
        }
        return labels;
    }
}
