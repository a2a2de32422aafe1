package io.stillstream.pipeline.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.configuration.EffectiveSettings;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ConfigCommandTest {

    private static final String PASSWORD = "kafka.properties.ssl.keystore.password";

    @TempDir
    private Path directory;

    private String out = "";
    private String err = "";

    @Test
    void config_everySetting_isReadBackTheSame() throws IOException {
        Path file = Files.writeString(directory.resolve("odd.yaml"), """
                data-directory: "a: b # c"
                traffic: {source: "true", held-out-fraction: 1e-3}
                teacher:
                  chat-template: none
                  generation: {stop: ["###", "a, b", "true", "null", "~", "- x", "a: b", "\\n", "0x1F", "1e3", "'", "é"]}
                scorer: {application-id: "007", linger: 1500ms, worst-batch: 5m}
                trainer:
                  loss: {multilevelot: {variant: paper, alpha: 0.5}}
                  optimizer: {schedule: {type: cosine, steps: 100, minimum-factor: 0.1}, epsilon: 1e-12}
                  accept-changes: [loss, teacher]
                kafka: {properties: {sasl.mechanism: "PLAIN", ssl.protocol: ""}}
                """);
        StillstreamConfig config = load(file);
        Path all = Files.writeString(directory.resolve("all.yaml"), EffectiveSettings.yaml(config));
        assertThat(load(all)).isEqualTo(config);
        Path changed = Files.writeString(
                directory.resolve("changed.yaml"), EffectiveSettings.changes(config, StillstreamConfig.defaults()));
        assertThat(load(changed)).isEqualTo(config);

        assertThat(run("--config", file.toString())).isZero();
        String printed = out;
        Path again = Files.writeString(directory.resolve("again.yaml"), printed);
        assertThat(run("--config", again.toString())).isZero();
        assertThat(out).isEqualTo(printed).containsPattern("application-id: ['\"]007['\"]");
    }

    @Test
    void config_changed_printsOnlyWhatDiffers() {
        assertThat(run("--changed", "--set", "scorer.linger=100ms", "--metrics-port", "9000"))
                .isZero();
        assertThat(out).isEqualTo("monitoring:\n  port: 9000\nscorer:\n  linger: 100ms\n");
    }

    @Test
    void config_secrets_areMaskedAndTheMaskIsRefused() throws IOException {
        assertThat(run("--set", PASSWORD + "=hunter2")).isZero();
        assertThat(out).contains("ssl.keystore.password: '****'").doesNotContain("hunter2");

        Path file = Files.writeString(directory.resolve("masked.yaml"), out);
        assertThat(run("--config", file.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err).contains(PASSWORD + " is '****'");
        StillstreamConfig filled = new ConfigLoader(
                        Map.of("STILLSTREAM_KAFKA_PROPERTIES_SSL_KEYSTORE_PASSWORD", "hunter2"))
                .load(StillstreamConfig.defaults(), file, Map.of());
        assertThat(filled.kafka().properties()).containsEntry("ssl.keystore.password", "hunter2");
    }

    @Test
    void config_placesThatAreSomethingElse_areNamed() throws IOException {
        Path file = Files.writeString(directory.resolve("a file"), "");
        assertThat(run("--data", file.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err).contains("data-directory is '" + file + "'; expected a directory");
        assertThat(run("--config", directory.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(err).contains(directory + " is no regular file; expected a configuration file");
    }

    private static StillstreamConfig load(Path file) {
        return new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), file, Map.of());
    }

    private int run(String... arguments) {
        StringWriter written = new StringWriter();
        StringWriter errors = new StringWriter();
        int code = new CommandLine(new ConfigCommand())
                .setOut(new PrintWriter(written))
                .setErr(new PrintWriter(errors))
                .setExecutionExceptionHandler(new ErrorMessages(() -> false))
                .execute(arguments);
        out = written.toString();
        err = errors.toString();
        return code;
    }
}
