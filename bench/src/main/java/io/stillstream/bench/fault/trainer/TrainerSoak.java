package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.configuration.ProcessMemory;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Measures the memory of a trainer over many steps of a tiny student. Its heap is allocated and touched from the beginning,
 * so that growth of the resident set is native memory that PyTorch, Kafka or the JVM do not give back.
 */
public final class TrainerSoak {

    private static final int PARTITIONS = 4;
    private static final int BATCH_TOKENS = 64;
    /** More than a step of so many tokens has. */
    private static final int RECORDS_PER_STEP = 5;

    private static final int SAMPLE_STEPS = 500;
    /** Everything that happens repeatedly has happened before the first sample. */
    private static final int CHECKPOINT_STEPS = 25;

    private static final int SNAPSHOT_STEPS = 50;
    private static final long FIRST_SAMPLE = 100;
    private static final double TOLERANCE = 0.02;
    private static final Duration POLL = Duration.ofMillis(5);
    private static final Pattern ARRAYS = Pattern.compile("step (\\d+): (\\d+) arrays in native memory");
    private static final long BYTES_PER_KIBIBYTE = 1024;

    private TrainerSoak() {}

    /**
     * The measurements.
     *
     * @param residentKibibytes by step
     * @param arrays in native memory, by step
     */
    public record Soak(NavigableMap<Long, Long> residentKibibytes, NavigableMap<Long, Integer> arrays) {

        /** The resident set at the end, as a multiple of what it was at the first sample. */
        public double growth() {
            return (double) residentKibibytes.lastEntry().getValue()
                    / residentKibibytes.firstEntry().getValue();
        }

        public boolean flat() {
            return Math.abs(growth() - 1) <= TOLERANCE
                    && arrays.values().stream().distinct().count() == 1;
        }
    }

    public static Soak run(int steps, long seed, Path directory, Interruption interruption, PrintStream out)
            throws InterruptedException {
        NavigableMap<Long, Long> resident = new TreeMap<>();
        try (FaultTestbed testbed = FaultTestbed.prepare(directory, PARTITIONS, steps * RECORDS_PER_STEP, seed)) {
            var settings = new TrainerSettings(
                    testbed.tinyStudent(seed), BATCH_TOKENS, CHECKPOINT_STEPS, SNAPSHOT_STEPS, false);
            try (TrainerProcess trainer = testbed.watchedTrainer("soak", settings)) {
                trainer.start();
                long next = FIRST_SAMPLE;
                while (trainer.process().isAlive() && next <= steps && !interruption.requested()) {
                    if (trainer.files().listedStep() >= next) {
                        resident.put(next, residentKibibytes(trainer.process().pid()));
                        out.printf(Locale.ROOT, "step %,6d  resident %,8d KiB%n", next, resident.get(next));
                        next = next == FIRST_SAMPLE ? SAMPLE_STEPS : next + SAMPLE_STEPS;
                    }
                    interruption.await(POLL);
                }
                trainer.process().stop(Duration.ofMinutes(1));
                NavigableMap<Long, Integer> arrays = new TreeMap<>();
                ARRAYS.matcher(trainer.log())
                        .results()
                        .forEach(match -> arrays.put(Long.parseLong(match.group(1)), Integer.parseInt(match.group(2))));
                if (resident.size() < 2 || arrays.isEmpty()) {
                    throw new PipelineException("the trainer did not get far; its log is in " + directory);
                }
                return new Soak(resident, arrays);
            }
        }
    }

    private static long residentKibibytes(long pid) {
        try {
            return ProcessMemory.of(pid).resident() / BYTES_PER_KIBIBYTE;
        } catch (IOException e) {
            throw new PipelineException(
                    "the resident set of the trainer, process " + pid + ", cannot be read: it has ended, or this is"
                            + " not Linux: " + e,
                    e);
        }
    }

    /** Prints the figures that matter. */
    public static void print(Soak soak, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "resident set at step %,d is %.4f times that of step %,d%n",
                soak.residentKibibytes().lastKey(),
                soak.growth(),
                soak.residentKibibytes().firstKey());
        List<Integer> counts = soak.arrays().values().stream().distinct().toList();
        out.printf(
                Locale.ROOT,
                "arrays in native memory, over %,d samples: %s%n",
                soak.arrays().size(),
                counts);
    }
}
