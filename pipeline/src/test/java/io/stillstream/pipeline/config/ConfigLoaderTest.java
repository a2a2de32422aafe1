package io.stillstream.pipeline.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.stillstream.configuration.ConfigException;
import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.contract.target.Selection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigLoaderTest {

    @TempDir
    private Path directory;

    @Test
    void load_laterSource_wins() throws IOException {
        Path file = file("""
                scorer:
                  max-batch-tokens: 100
                  max-batch-records: 3
                  linger: 1s
                trainer:
                  batches:
                    accumulate: 7
                """);
        ConfigLoader loader = new ConfigLoader(Map.of(
                "STILLSTREAM_SCORER_MAX_BATCH_RECORDS", "4",
                "STILLSTREAM_SCORER_LINGER", "2s",
                "STILLSTREAM_TRAINER_BATCHES_MAX_BATCH_TOKENS", "64",
                "STILLSTREAM_KAFKA_PROPERTIES_SECURITY_PROTOCOL", "SSL",
                "STILLSTREAM_DATA_DIRECTORY", "/tmp/there",
                "STILLSTREAM_LOG_LEVEL", "DEBUG",
                "PATH", "/bin"));
        StillstreamConfig config = loader.load(
                StillstreamConfig.defaults(),
                file,
                Map.of("scorer.linger", "3s", "kafka.properties.sasl.mechanism", "PLAIN"));
        assertThat(config.scorer().maxBatchTokens()).isEqualTo(100);
        assertThat(config.scorer().maxBatchRecords()).isEqualTo(4);
        assertThat(config.scorer().linger()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.trainer().batches().accumulate()).isEqualTo(7);
        assertThat(config.trainer().batches().maxBatchTokens()).isEqualTo(64);
        assertThat(config.kafka().properties())
                .isEqualTo(Map.of("security.protocol", "SSL", "sasl.mechanism", "PLAIN"));
        assertThat(config.dataDirectory()).isEqualTo(Path.of("/tmp/there"));
    }

    static List<Arguments> notPlain() {
        String bomb =
                "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n";
        return List.of(
                Arguments.of(bomb, "line 1, column 4: an anchor, a text that begins with &, names a value"),
                Arguments.of(
                        "scorer:\n  linger: *x\n",
                        "line 2, column 11: an alias, a text that begins with *, stands for a value"),
                Arguments.of(
                        "scorer:\n  linger: !!java.net.URL [x]\n",
                        "line 2, column 11: a tag, a text that begins with !, says"),
                Arguments.of("scorer: {}\n---\ntrainer: {}\n", "line 3, column 1: a second document begins here"),
                Arguments.of("scorer: {}\nscorer: {}\n", "line 2, column 1: the key 'scorer' is there twice"),
                Arguments.of("a: " + "[".repeat(40) + "]".repeat(40), "nested deeper than 20 levels"),
                Arguments.of("a: " + "[".repeat(20_000), "nested deeper than 20 levels"),
                Arguments.of("- a\n", "is a list; expected sections and keys"),
                Arguments.of("scorer:\n\tlinger: 1s\n", "line 2, column 1: not valid YAML"),
                Arguments.of("# " + "x".repeat(1 << 20) + "\n", "bytes; expected at most 1048576"));
    }

    @ParameterizedTest
    @MethodSource("notPlain")
    void load_fileThatIsNotPlainKeysAndValues_isNamedWithItsPlace(String yaml, String problem) throws IOException {
        Path file = file(yaml);
        assertThatThrownBy(() -> new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of()))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .singleElement()
                                .asString()
                                .startsWith(file.toString())
                                .contains(problem)
                                .doesNotContain("\n"));
    }

    @Test
    void load_problemOfAnEnvironmentVariable_isToldWithItsName() {
        Map<String, String> environment = Map.of(
                "STILLSTREAM_TRAINER_PRECISON", "bf16",
                "STILLSTREAM_SCORER_MAX_BATCH_TOKENS", "none",
                "STILLSTREAM_TRAINER_MAX_DEATHS", "1");
        assertThatThrownBy(() -> new ConfigLoader(environment)
                        .load(StillstreamConfig.defaults(), null, Map.of("trainer.max-deaths", "-1")))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        e -> assertThat(e.problems())
                                .containsExactlyInAnyOrder(
                                        "unknown key 'trainer.precison'; did you mean 'trainer.precision'? (set by"
                                                + " STILLSTREAM_TRAINER_PRECISON in the environment)",
                                        "scorer.max-batch-tokens is 'none'; expected a whole number (set by"
                                                + " STILLSTREAM_SCORER_MAX_BATCH_TOKENS in the environment)",
                                        "trainer.max-deaths is -1; expected 2 or more, or 0 for no bound"));
    }

    @Test
    void load_severalProblems_reportsAllAtOnce() throws IOException {
        Path file = file("""
                scorrer: {}
                scorer:
                  max-batch-tokens: 0
                kafka:
                  properties:
                    acks: "0"
                """);
        assertThatThrownBy(() -> new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the configuration has 3 problems")
                .hasMessageContaining("unknown key 'scorrer'; did you mean 'scorer'?")
                .hasMessageContaining("scorer.max-batch-tokens is 0; expected 1 or more")
                .hasMessageContaining(
                        "kafka.properties.acks is set, to a value that is not shown; expected a property that is passed on");
    }

    @Test
    void load_producerProperties_reachKafkaStreamsAlone() {
        KafkaConfig kafka = new ConfigLoader(Map.of("STILLSTREAM_KAFKA_PROPERTIES_PRODUCER_BATCH_SIZE", "65536"))
                .load(
                        StillstreamConfig.defaults(),
                        null,
                        Map.of(
                                "kafka.properties.producer.compression.type", "lz4",
                                "kafka.properties.security.protocol", "SSL"))
                .kafka();
        assertThat(kafka.streamsProperties("broker:9092"))
                .isEqualTo(Map.of(
                        "producer.batch.size", "65536",
                        "producer.compression.type", "lz4",
                        "security.protocol", "SSL",
                        "bootstrap.servers", "broker:9092"));
        assertThat(kafka.clientProperties("broker:9092"))
                .isEqualTo(Map.of("security.protocol", "SSL", "bootstrap.servers", "broker:9092"));
    }

    @Test
    void load_producerPropertiesOfTheGuarantee_areRefused() {
        assertThatThrownBy(() -> new ConfigLoader(Map.of())
                        .load(StillstreamConfig.defaults(), null, Map.of("kafka.properties.producer.acks", "0")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "kafka.properties.producer.acks is set, to a value that is not shown; expected a property"
                                + " that is passed on");
    }

    @Test
    void load_teachersColumns_areChosen() throws IOException {
        Path file = file("teacher:\n  selection: token\n  top-k: 20\n");
        StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of());
        assertThat(config.teacher().selection()).isEqualTo(Selection.TOKEN);
        assertThat(config.teacher().topK()).isEqualTo(20);
        assertThat(EffectiveSettings.describe(config))
                .contains("teacher.selection: token", "teacher.ranking: probability");
    }

    @Test
    void load_keyGivenTwice_namesFileAndLine() throws IOException {
        Path file = file("scorer:\n  linger: 1s\n  linger: 2s\n");
        assertThatThrownBy(() -> new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file + ", line 3")
                .hasMessageContaining("linger");
    }

    @Test
    void load_brokenYaml_namesFileAndLine() throws IOException {
        Path file = file("scorer:\n  linger: [\n");
        assertThatThrownBy(() -> new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file + ", line ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.keystore.password",
                "ssl.keystore.key",
                "ssl.keystore.certificate.chain",
                "sasl.jaas.config",
                "sasl.oauthbearer.client.credentials.client.secret",
                "ssl.keystore.pasword",
                "ssl.engine.factory.of.a.plugin",
                "sasl.login.token"
            })
    void describe_secretsAndWhatNoClientKnows_areMasked(String name) {
        StillstreamConfig config = load("kafka.properties." + name, "hunter2");
        assertThat(EffectiveSettings.describe(config))
                .contains("kafka.properties." + name + ": ****", "scorer.linger: 200ms")
                .noneMatch(line -> line.contains("hunter2"));
        assertThat(EffectiveSettings.changes(config, StillstreamConfig.defaults()))
                .doesNotContain("hunter2");
    }

    @Test
    void describe_whatIsNoSecret_isShown() {
        StillstreamConfig config = new ConfigLoader(Map.of())
                .load(
                        StillstreamConfig.defaults(),
                        null,
                        Map.of(
                                "kafka.properties.security.protocol", "SASL_SSL",
                                "kafka.properties.producer.batch.size", "65536",
                                "kafka.properties.sasl.oauthbearer.token.endpoint.url", "https://u:hunter2@id/token"));
        assertThat(EffectiveSettings.describe(config))
                .contains(
                        "kafka.properties.security.protocol: SASL_SSL",
                        "kafka.properties.producer.batch.size: 65536",
                        "kafka.properties.sasl.oauthbearer.token.endpoint.url: https://****@id/token");
    }

    @Test
    void doubts_mistypedProperty_nameTheNearest() {
        assertThat(load("kafka.properties.ssl.keystore.pasword", "hunter2")
                        .kafka()
                        .doubts())
                .containsExactly(
                        "kafka.properties.ssl.keystore.pasword is passed on, but none of Kafka's own clients knows"
                                + " it; did you mean 'ssl.keystore.password'?");
        assertThat(load("kafka.properties.ssl.keystore.password", "hunter2")
                        .kafka()
                        .doubts())
                .isEmpty();
    }

    static Stream<Arguments> filesWithSecrets() {
        return Stream.of(
                Arguments.of(
                        "kafka:\n  properties: 'sasl.jaas.config=x required password=\"hunter2\";'\n",
                        "kafka.properties is a text, which is not shown; expected a section with keys and values"),
                Arguments.of(
                        "kafka: 'properties.sasl.jaas.config=hunter2'\n",
                        "kafka is a text, which is not shown; expected a section with keys of its own"),
                Arguments.of(
                        "kafka: {properties: ['ssl.key.password=hunter2']}\n",
                        "kafka.properties is a list; expected a section with keys and values"),
                Arguments.of(
                        "kafka: {properties: {ssl: {key: {password: hunter2}}}}\n",
                        "kafka.properties.ssl is a section; expected a text, and the whole of its name before it"),
                Arguments.of(
                        "kafka: {properties: {ssl.key.password=hunter2: }}\n",
                        "kafka.properties.ssl.key.password… is not set; expected a text"),
                Arguments.of(
                        "kafka: {bootstrap-servers: {ssl.key.password: hunter2}}\n",
                        "kafka.bootstrap-servers is a section; expected one value"),
                Arguments.of(
                        "kafka: {bootstrap-servers: 'user:hunter2@kafka:9092'}\n",
                        "kafka.bootstrap-servers is '****@****'; expected host:port, comma-separated"),
                Arguments.of(
                        "kafka: {properties: {client.secret: hunter2}}\n",
                        "kafka.properties.client.secret is set, to a value that is not shown; expected a property that is"),
                Arguments.of(
                        "kafka: {properties: {security.protocol: hunter2}}\n",
                        "kafka.properties.security.protocol is set, to a value that is not shown; expected one of Kafka's"
                                + " type string: (case insensitive) ["),
                Arguments.of(
                        "kafka: {properties: {producer.batch.size: hunter2}}\n",
                        "kafka.properties.producer.batch.size is set, to a value that is not shown; expected one of"),
                Arguments.of("kafka: {properties: {ssl.key.password: *hunter2}}\n", "an alias"),
                Arguments.of("kafka: {properties: {ssl.key.password: &hunter2 x}}\n", "an anchor"),
                Arguments.of("kafka: {properties: {ssl.key.password: !hunter2 x}}\n", "a tag"),
                Arguments.of("hunter2\n", "is a single value; expected sections and keys"),
                Arguments.of("kafka: {properties: {ssl.key.password: !hunter2!x y}}\n", "not valid YAML: a tag"),
                Arguments.of("kafka:\n  properties: {ssl.key.password: hunter2\n", ": not valid YAML: "),
                Arguments.of("kafka:\n  properties:\n    ssl.key.password: hunter2: x\n", "line 3, column "),
                Arguments.of("kafka:\n  properties:\n    ssl.key.password: '\u0007hunter2'\n", "not valid YAML: "));
    }

    @ParameterizedTest
    @MethodSource("filesWithSecrets")
    void load_valueInTheWrongPlace_isNotRepeated(String yaml, String problem) throws IOException {
        Path file = file(yaml);
        assertThatThrownBy(() -> new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("hunter2");
    }

    private static StillstreamConfig load(String key, String value) {
        return new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, Map.of(key, value));
    }

    private Path file(String yaml) throws IOException {
        return Files.writeString(directory.resolve("stillstream.yaml"), yaml);
    }
}
