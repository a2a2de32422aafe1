package io.stillstream.pipeline.chaos;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A scorer in a process of its own, that can be killed and started again. Its log goes on in one file. */
final class ScorerProcess implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("scoring \\d+ partitions of \\S+ as ([0-9a-f-]+),");
    private static final Pattern RESTORED = Pattern.compile("(\\d+) prompts were waiting on partition");
    private static final int KILLED = 128 + 9;

    private final List<String> command;
    private final Path log;
    private @Nullable Process process;
    private Instant startedAt = Instant.MIN;

    /**
     * @param mainClass with its arguments
     * @param log where its output goes
     */
    ScorerProcess(List<String> mainClass, Path log) {
        this.log = log;
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Two processes and a broker share this machine, and start often.
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(mainClass);
    }

    /** As the {@code --set} options of a command. */
    static Stream<String> options(Map<String, String> settings) {
        return settings.entrySet().stream()
                .flatMap(setting -> Stream.of("--set", setting.getKey() + "=" + setting.getValue()));
    }

    void start() {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        builder.environment().put("STILLSTREAM_LOG_LEVEL", "INFO");
        startedAt = Instant.now();
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new PipelineException("a scorer process could not be started: " + e, e);
        }
    }

    /** When the process was last started. */
    Instant startedAt() {
        return startedAt;
    }

    /** SIGKILL; returns when it is dead. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** Whether it ended and nobody had killed it. */
    boolean failed() {
        return process != null && !process.isAlive() && process.exitValue() != KILLED;
    }

    /** SIGTERM, and SIGKILL to what does not end. */
    void stop(Duration patience) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        }
    }

    /** The name that its transactions bear; empty before its first start has come so far. */
    Optional<String> name() {
        return NAME.matcher(log()).results().map(match -> match.group(1)).reduce((first, last) -> last);
    }

    /** Prompts that it found in the buffer at its starts and takeovers. */
    int restoredPrompts() {
        return RESTORED.matcher(log())
                .results()
                .map(MatchResult::group)
                .mapToInt(line -> Integer.parseInt(line.substring(0, line.indexOf(' '))))
                .sum();
    }

    private String log() {
        try {
            return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new PipelineException("the log " + log + " of a scorer cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
