package io.stillstream.pipeline.command.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.stillstream.pipeline.StillstreamProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, which a signal ends. */
final class ServeCommandIT {

    private static final Pattern ADDRESS = Pattern.compile("serving the student in .* at (http://\\S+/v1),");
    private static final Path STUDENT =
            Path.of(System.getProperty("stillstream.shared", "../../shared")).resolve("models/stories260K/hf");

    @TempDir
    private Path directory;

    @Test
    void serve_thatIsToStopWhileItStreams_letsTheStreamEnd() throws Exception {
        Assumptions.assumeTrue(Files.isDirectory(STUDENT), () -> "no " + STUDENT + "; set -Dstillstream.shared");
        try (StillstreamProcess serve = StillstreamProcess.start(
                directory,
                Map.of("STILLSTREAM_UMASK", "077"),
                List.of(
                        "serve",
                        "--student=" + STUDENT,
                        "--port=0",
                        "--metrics-port=0",
                        "--data=" + directory.resolve("serve")))) {
            URI address = URI.create(serve.awaitPrinted(ADDRESS) + "/completions");
            HttpRequest request = HttpRequest.newBuilder(address)
                    .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"student\", \"prompt\": \"Once\","
                            + " \"max_tokens\": 480, \"temperature\": 0, \"stream\": true}"))
                    .build();
            var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
            try (var lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).startsWith("data: {");
                serve.terminate();
                assertThat(lines.lines().filter(line -> !line.isEmpty()))
                        .hasSizeGreaterThan(400)
                        .endsWith("data: [DONE]");
            }
            assertThat(serve.exitCode(Duration.ofSeconds(40)))
                    .as(serve.printed())
                    .isZero();
        }
    }
}
