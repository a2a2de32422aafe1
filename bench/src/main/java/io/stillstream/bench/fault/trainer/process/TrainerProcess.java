package io.stillstream.bench.fault.trainer.process;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A trainer in a process and data directory of its own, with its files and its log. */
public final class TrainerProcess implements AutoCloseable {

    private static final Pattern RESUMING = Pattern.compile("resuming from (\\S+) at ");
    private static final List<String> UNTIL_END = List.of(Stillstream.class.getName(), "train", "--until-end");
    private static final List<String> ENDLESS = List.of(Stillstream.class.getName(), "train");
    private static final Map<String, String> DEBUG_LOG = Map.of("STILLSTREAM_LOG_LEVEL", "DEBUG");
    private static final List<String> WHOLE_HEAP = List.of("-Xms256m", "-Xmx256m");

    /** The order in which threads add up changes the bytes; one thread leaves the other core to others. */
    private static final Map<String, String> ONE_THREAD = Map.of("OMP_NUM_THREADS", "1");

    private final StageProcess process;
    private final TrainerFiles files;
    private int logBefore;
    private long ledgerBefore;
    private long stepBefore;

    private TrainerProcess(StageProcess process, Path data) {
        this.process = process;
        this.files = new TrainerFiles(TrainerSettings.directory(data));
    }

    private static StageProcess process(Stream<String> main, Map<String, String> settings, Path data) {
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new PipelineException("the directory " + data + " cannot be made: " + e, e);
        }
        return new StageProcess(
                Stream.concat(main, StageProcess.options(settings)).toList(), ONE_THREAD, data.resolve("trainer.log"));
    }

    /** {@code stillstream train --until-end}. */
    public static TrainerProcess untilEnd(Map<String, String> settings, Path data) {
        return new TrainerProcess(process(UNTIL_END.stream(), settings, data), data);
    }

    /** {@code stillstream train}, which ends when it is told to. */
    public static TrainerProcess endless(Map<String, String> settings, Path data) {
        return new TrainerProcess(process(ENDLESS.stream(), settings, data), data);
    }

    /**
     * Another trainer, of the same settings and files.
     *
     * @param main its main class
     */
    public static TrainerProcess of(Class<?> main, Map<String, String> settings, Path data) {
        return new TrainerProcess(process(Stream.of(main.getName()), settings, data), data);
    }

    /** {@link #untilEnd} with a debug log and a heap of constant size. */
    public static TrainerProcess watched(Map<String, String> settings, Path data) {
        StageProcess quiet = process(UNTIL_END.stream(), settings, data);
        return new TrainerProcess(quiet.with(WHOLE_HEAP, DEBUG_LOG), data);
    }

    /** {@link #untilEnd} with another clock. */
    public static TrainerProcess untilEnd(Map<String, String> settings, Path data, SettableClock clock) {
        StageProcess onTime = process(UNTIL_END.stream(), settings, data);
        return new TrainerProcess(onTime.with(List.of(), clock.environment()), data);
    }

    public void start() {
        logBefore = process.log().length();
        ledgerBefore = files.ledgerBytes();
        stepBefore = files.listedStep();
        process.start();
    }

    public StageProcess process() {
        return process;
    }

    public TrainerFiles files() {
        return files;
    }

    /** What it has written since its last start. */
    public String log() {
        return process.log().substring(logBefore);
    }

    /** Whether it has begun to read since its last start. */
    public boolean hasBegun() {
        return files.ledgerBytes() > ledgerBefore;
    }

    /** Whether it has listed a step since its last start. */
    public boolean hasStepped() {
        return files.listedStep() > stepBefore;
    }

    /** The checkpoint that it logged to resume from at its last start; empty when there was none, or not yet. */
    public Optional<String> resumedFrom() {
        return RESUMING.matcher(log()).results().map(match -> match.group(1)).findFirst();
    }

    @Override
    public void close() {
        process.close();
    }
}
