package io.stillstream.bench.fault.scorer;

import io.stillstream.bench.fault.StageProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A scorer that can be killed and started again, and what its log says. */
public final class ScorerProcess implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("scoring \\d+ partitions of \\S+ as (\\S+),");
    private static final Pattern RESTORED = Pattern.compile("restored (\\d+) buffered prompts of partition");

    private final StageProcess process;

    /**
     * @param mainClass with its arguments
     * @param log where its output goes
     */
    public ScorerProcess(List<String> mainClass, Path log) {
        process = new StageProcess(mainClass, Map.of(), log);
    }

    public void start() {
        process.start();
    }

    /** When the process was last started. */
    Instant startedAt() {
        return process.startedAt();
    }

    /** 0 before its first start. */
    public long pid() {
        return process.pid();
    }

    /** SIGKILL; returns when it is dead. */
    void kill() throws InterruptedException {
        process.kill();
    }

    /** Whether it ended without being killed. */
    public boolean failed() {
        return process.failed();
    }

    /** SIGTERM, and SIGKILL to what does not end. */
    public void stop(Duration patience) throws InterruptedException {
        process.stop(patience);
    }

    /** The name in its transactional ids; empty until its log has it. */
    public Optional<String> name() {
        return NAME.matcher(process.log())
                .results()
                .map(match -> match.group(1))
                .reduce((first, last) -> last);
    }

    /** Prompts that it found in the buffer at its starts and takeovers. */
    int restoredPrompts() {
        return RESTORED.matcher(process.log())
                .results()
                .mapToInt(match -> Integer.parseInt(match.group(1)))
                .sum();
    }

    @Override
    public void close() {
        process.close();
    }
}
