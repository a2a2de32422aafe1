package io.stillstream.bench.fault;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stage in a JVM of its own, on this process's class path, which can be killed and started again. Its restarts append to one
 * log file.
 */
public final class StageProcess implements AutoCloseable {

    private static final int SIGKILL = 9;
    private static final int KILLED = 128 + SIGKILL;

    private final List<String> command;
    private final Map<String, String> environment;
    private final Path log;
    private @Nullable Process process;
    private Instant startedAt = Instant.MIN;

    /**
     * @param mainClass with its arguments
     * @param environment beside this process's own
     * @param log where its output goes
     */
    public StageProcess(List<String> mainClass, Map<String, String> environment, Path log) {
        this.environment = Map.copyOf(environment);
        this.log = log;
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // Other processes and a broker share this machine, and it starts often. All of the heap from
                // the start: what grows then is native memory.
                "-Xms512m",
                "-Xmx512m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(mainClass);
    }

    /** The same under other options of the JVM and another environment, which go over the usual ones. */
    public StageProcess with(List<String> jvmOptions, Map<String, String> moreEnvironment) {
        List<String> longer = new ArrayList<>(command);
        longer.addAll(longer.indexOf("-cp"), jvmOptions);
        Map<String, String> both = new HashMap<>(environment);
        both.putAll(moreEnvironment);
        return new StageProcess(both, log, longer);
    }

    /** The same, started by another command, which replaces itself by it: {@code ip netns exec NAME}. */
    public StageProcess startedBy(List<String> launcher) {
        List<String> longer = new ArrayList<>(launcher);
        longer.addAll(command);
        return new StageProcess(environment, log, longer);
    }

    private StageProcess(Map<String, String> environment, Path log, List<String> command) {
        this.environment = Map.copyOf(environment);
        this.log = log;
        this.command = List.copyOf(command);
    }

    /** As the {@code --set} options of a command. */
    public static Stream<String> options(Map<String, String> settings) {
        return settings.entrySet().stream()
                .flatMap(setting -> Stream.of("--set", setting.getKey() + "=" + setting.getValue()));
    }

    public void start() {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // As the stillstream command does.
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        builder.environment().put("STILLSTREAM_LOG_LEVEL", "INFO");
        builder.environment().putAll(environment);
        startedAt = Instant.now();
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new PipelineException("a stage's process could not be started: " + e, e);
        }
    }

    /** When the process was last started. */
    public Instant startedAt() {
        return startedAt;
    }

    /** 0 before its first start. */
    public long pid() {
        return process == null ? 0 : process.pid();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** SIGKILL; returns when it is dead. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly();
            process.waitFor();
        }
    }

    /** Another signal, by its name without SIG: STOP, CONT. */
    public void signal(String name) throws InterruptedException {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
        } catch (IOException e) {
            throw new PipelineException("SIG" + name + " could not be sent: " + e, e);
        }
    }

    /** Whether it ended without being killed. */
    public boolean failed() {
        return process != null && !process.isAlive() && process.exitValue() != KILLED;
    }

    /** Waits for its end; false when that does not come in time. */
    public boolean await(Duration atMost) throws InterruptedException {
        return process == null || process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Of a process that has ended. */
    public int exitValue() {
        return process == null ? 0 : process.exitValue();
    }

    /** SIGTERM, and SIGKILL if it does not end in time. */
    public void stop(Duration patience) throws InterruptedException {
        if (process != null) {
            process.destroy();
            if (!await(patience)) {
                kill();
            }
        }
    }

    /** The log so far, of all its starts. */
    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new PipelineException("the log " + log + " of a stage cannot be read: " + e, e);
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
