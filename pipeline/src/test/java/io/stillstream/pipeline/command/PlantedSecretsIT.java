package io.stillstream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.StillstreamProcess;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.command.stage.ProduceCommand;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A secret in each place where one can be given, and a look into all that a process prints, logs and serves. */
@Timeout(120)
final class PlantedSecretsIT {

    /** The beginning of every secret, so that a part of one is found too. */
    private static final String PLANTED = "hunter";

    private static final String PROPERTIES = "kafka.properties.";

    private static final Pattern METRICS = Pattern.compile("metrics at (http://[0-9.:]+)/metrics");

    @TempDir
    private Path directory;

    @Test
    void produce_prompts_nothingShowsASecretOrMovesTheCursor() throws Exception {
        Path config = Files.writeString(directory.resolve("stillstream.yaml"), """
                kafka:
                  properties:
                    ssl.keystore.password: hunter-of-the-file
                    ssl.keystore.pasword: hunter-mistyped
                    sasl.oauthbearer.token.endpoint.url: https://client:hunter-of-a-url@identity/token
                traffic:
                  max-line-bytes: 300
                """);
        Path prompts = Files.writeString(
                // The name is in every message about a line.
                directory.resolve("prompts\u001b[2J.jsonl"),
                String.join(
                        "\n",
                        "{\"id\": \"a\", \"prompt\": \"hunter-of-a-prompt\", \"response\": \"hunter-of-a-response\"}",
                        "{\"id\": \"a\", \"prompt\": \"hunter-of-a-prompt\", \"response\": \"hunter-of-a-response\"}",
                        "{\"id\": \"b\", \"prompt\": \"hunter-unfinished",
                        "{\"id\": \"c\", \"prompt\": hunter, \"response\": \"x\"}",
                        "{\"id\": \"d\", \"prompt\": [\"hunter\"]}",
                        "{\"id\": \"e\", \"messages\": [{\"role\": \"user\", \"content\": {\"hunter\": 1}}]}",
                        "{\"id\": \"f\", \"prompt\": \"" + "hunter-".repeat(60) + "\"}",
                        "hunter of a line",
                        ""));
        String served = "";
        int exitCode;
        String printed;
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"));
                StillstreamProcess producer = StillstreamProcess.start(
                        directory,
                        Map.of(
                                "STILLSTREAM_LIBRARY_LOG_LEVEL",
                                "INFO",
                                "STILLSTREAM_KAFKA_PROPERTIES_SSL_KEY_PASSWORD",
                                "hunter-of-the-environment"),
                        List.of(
                                "produce",
                                "--config",
                                config.toString(),
                                "--set",
                                PROPERTIES + "sasl.jaas.config=some.Module required password=\"hunter-of-a-flag\";",
                                "--bootstrap-servers",
                                broker.bootstrapServers(),
                                "--data-dir",
                                directory.resolve("data").toString(),
                                "--metrics-port",
                                "0",
                                "--prompts",
                                prompts.toString(),
                                "--follow"))) {
            String address = producer.awaitPrinted(METRICS);
            producer.awaitPrinted(Pattern.compile("(line 8)"));
            for (String path : List.of("/metrics", "/health/live", "/health/ready", "/hunter")) {
                served += get(address + path);
            }
            producer.terminate();
            exitCode = producer.exitCode(Duration.ofSeconds(30));
            printed = producer.printed();
        }
        assertThat(exitCode).isZero();
        assertThat(served).contains("stillstream_", "\"status\":\"up\"");
        assertThat(printed)
                .contains(
                        PROPERTIES + "ssl.keystore.password: ****",
                        PROPERTIES + "ssl.key.password: ****",
                        PROPERTIES + "sasl.jaas.config: ****",
                        PROPERTIES + "ssl.keystore.pasword is passed on, but none of Kafka's own clients knows it;"
                                + " did you mean 'ssl.keystore.password'?",
                        // Kafka's own, which asks for the log level.
                        "ProducerConfig values",
                        "2 prompts sent");
        assertThat(printed + served + logs())
                .contains("prompts\\u001b[2J.jsonl line 8")
                .doesNotContain(PLANTED, "\u001b");
    }

    static Stream<Arguments> failingStarts() {
        String jaas = PROPERTIES + "sasl.jaas.config=some.Module required ";
        return Stream.of(
                Arguments.of("cannot be made of", sasl(jaas + "username=\"u\" password=\"hunter2\";")),
                Arguments.of("cannot be made of", sasl(jaas + "username=u hunter2;")),
                Arguments.of("cannot be made of", sasl(jaas + "password=\"hunter2\"")),
                Arguments.of(
                        "cannot be made of",
                        List.of(
                                "--set",
                                PROPERTIES + "ssl.keystore.key=hunter2",
                                "--set",
                                PROPERTIES + "ssl.keystore.type=PEM",
                                "--set",
                                PROPERTIES + "security.protocol=SSL")),
                Arguments.of("is set, to a value that is not shown", List.of("--set", PROPERTIES + "password=hunter2")),
                Arguments.of("a --set without '='", List.of("--set", PROPERTIES + "ssl.key.password:hunter2")),
                Arguments.of("unknown option", List.of("--ssl.key.password=hunter2")),
                Arguments.of("unknown option", List.of("--ssl.key.password", "hunter2")),
                // A line that the shell has split.
                Arguments.of("not shown", List.of("--set", jaas, "password=\"hunter2\";", "hunter3")));
    }

    private static List<String> sasl(String login) {
        return List.of(
                "--set",
                PROPERTIES + "security.protocol=SASL_PLAINTEXT",
                "--set",
                PROPERTIES + "sasl.mechanism=PLAIN",
                "--set",
                login);
    }

    @ParameterizedTest
    @MethodSource("failingStarts")
    void produce_settingsThatAreRefused_nothingShowsASecret(String reason, List<String> settings) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--bootstrap-servers",
                "127.0.0.1:1",
                "--data-dir",
                directory.resolve("data").toString(),
                "--metrics-port",
                "0"));
        arguments.addAll(settings);
        String printed = run(new ProduceCommand(), arguments);
        assertThat(printed).contains(reason);
        assertThat(printed + logs()).doesNotContain(PLANTED);
    }

    /** All that the command prints, with the stack trace of its error. */
    private static String run(Callable<Integer> command, List<String> arguments) {
        PrintStream usualOutput = System.out;
        PrintStream usualErrors = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (PrintStream both = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
            System.setOut(both);
            System.setErr(both);
            int code = CommandRunner.commandLine(command, () -> true)
                    .setOut(new PrintWriter(both, true, StandardCharsets.UTF_8))
                    .setErr(new PrintWriter(both, true, StandardCharsets.UTF_8))
                    .execute(arguments.toArray(String[]::new));
            assertThat(code).isNotZero();
        } finally {
            System.setOut(usualOutput);
            System.setErr(usualErrors);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String logs() throws IOException {
        Path log = directory.resolve("data").resolve("stillstream.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private static String get(String address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
