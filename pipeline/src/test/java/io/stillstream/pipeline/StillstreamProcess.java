package io.stillstream.pipeline;

import static org.awaitility.Awaitility.await;

import io.stillstream.Stillstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The {@code stillstream} command in a process of its own, on the class path of the tests. */
public final class StillstreamProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final Process process;
    private final Path output;
    private final Path errors;

    private StillstreamProcess(Process process, Path output, Path errors) {
        this.process = process;
        this.output = output;
        this.errors = errors;
    }

    /** @param directory where its output is kept */
    public static StillstreamProcess start(Path directory, Map<String, String> environment, List<String> arguments)
            throws IOException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Path errors = Files.createTempFile(directory, "errors", ".txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Stillstream.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(errors.toFile());
        builder.environment().putAll(environment);
        return new StillstreamProcess(builder.start(), output, errors);
    }

    /** Standard output and standard error so far. */
    public String printed() throws IOException {
        return text(output) + text(errors);
    }

    /** Also where the process is in the middle of a character. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    /** Waits until it has printed what the pattern matches, and returns the first group. */
    public String awaitPrinted(Pattern pattern) {
        String printed = await("the process prints " + pattern)
                .atMost(PATIENCE)
                .pollInterval(LOOK_AGAIN)
                .until(
                        () -> {
                            boolean alive = process.isAlive();
                            String text = printed();
                            if (!alive && !pattern.matcher(text).find()) {
                                throw new IllegalStateException(
                                        "the process ended with " + process.exitValue() + ":\n" + text);
                            }
                            return text;
                        },
                        text -> pattern.matcher(text).find());
        return pattern.matcher(printed)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** Waits for its end; -1 where that does not come in time. */
    public int exitCode(Duration atMost) throws InterruptedException {
        return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
