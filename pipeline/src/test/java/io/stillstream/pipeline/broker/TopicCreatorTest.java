package io.stillstream.pipeline.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.stillstream.pipeline.PipelineException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class TopicCreatorTest {

    static Stream<Arguments> unusable() {
        return Stream.of(
                Arguments.of(Map.of("bootstrap.servers", "broker"), "Invalid url in bootstrap.servers: broker"),
                Arguments.of(
                        Map.of("bootstrap.servers", "host.invalid:9092"),
                        "No resolvable bootstrap urls given in bootstrap.servers (kafka.bootstrap-servers is"
                                + " host.invalid:9092)"),
                Arguments.of(
                        Map.of("security.protocol", "SSL", "ssl.keystore.type", "PEM", "ssl.keystore.key", "hunter2"),
                        "SSL private key is specified, but certificate chain is not specified"),
                Arguments.of(
                        Map.of(
                                "security.protocol",
                                "SASL_SSL",
                                "sasl.mechanism",
                                "PLAIN",
                                "sasl.jaas.config",
                                "no.such.Module required username=\"hunter1\" password=\"hunter2\";"),
                        "no.such.Module"),
                // The password is no value here: the parser takes it for a name and says so.
                Arguments.of(
                        Map.of(
                                "security.protocol",
                                "SASL_PLAINTEXT",
                                "sasl.mechanism",
                                "PLAIN",
                                "sasl.jaas.config",
                                "some.Module required username=hunter1 hunter2;"),
                        "****"));
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void requireReachable_settingsThatNoClientTakes_saysWhyWithoutTheirSecrets(
            Map<String, Object> properties, String reason) {
        Map<String, Object> kafka = new HashMap<>(properties);
        kafka.putIfAbsent("bootstrap.servers", "127.0.0.1:1");
        PipelineException refused = catchThrowableOfType(
                PipelineException.class, () -> new TopicCreator(kafka, Duration.ofSeconds(5)).requireReachable());
        StringWriter trace = new StringWriter();
        refused.printStackTrace(new PrintWriter(trace));
        assertThat(refused)
                .hasMessageStartingWith("Kafka's clients cannot be made of the settings in the section kafka: ")
                .hasMessageContaining(reason)
                .hasMessageNotContaining("Failed to create new KafkaAdminClient");
        assertThat(trace.toString()).doesNotContain("hunter");
    }
}
