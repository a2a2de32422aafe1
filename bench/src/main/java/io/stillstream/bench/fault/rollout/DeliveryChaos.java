package io.stillstream.bench.fault.rollout;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.pipeline.Interruption;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills what delivers snapshots to a cache in Hugging Face's layout, and reads the cache all the while.
 *
 * <p>A process delivers one snapshot after the other without a pause, and is killed with SIGKILL at moments that a seed decides;
 * each start goes on with another snapshot. A reader in this process looks which snapshot {@code refs/main} names and compares
 * every byte of it with its manifest.
 */
public final class DeliveryChaos {

    static final String MODEL = "stillstream/student";

    private static final Duration STARTS = Duration.ofSeconds(30);
    private static final int LATEST_KILL_MILLIS = 150;
    private static final long LOOK_MILLIS = 1;

    private final int kills;
    private final int weightBytes;
    private final Path directory;
    private final Random random;
    private final Interruption interruption;
    private final PrintStream out;

    /**
     * @param weightBytes of a snapshot
     * @param seed of the kills' moments
     * @param directory for the snapshots, the cache and the log
     */
    public DeliveryChaos(
            int kills, int weightBytes, long seed, Path directory, Interruption interruption, PrintStream out) {
        this.kills = kills;
        this.weightBytes = weightBytes;
        this.directory = directory;
        this.random = new Random(seed);
        this.interruption = interruption;
        this.out = out;
    }

    public DeliveryChaosReport run() throws IOException, InterruptedException {
        long started = System.nanoTime();
        Files.createDirectories(directory);
        DeliveryProcess.prepare(directory, weightBytes);
        var reader = new CacheReader(DeliveryProcess.cache(directory), MODEL);
        Thread thread = new Thread(reader, "cache-reader");
        thread.start();
        int done = 0;
        int atWork = 0;
        int failures = 0;
        while (done < kills && !interruption.requested()) {
            try (StageProcess process = DeliveryProcess.process(directory, weightBytes, done)) {
                process.start();
                awaitWork(process);
                Thread.sleep(random.nextInt(LATEST_KILL_MILLIS));
                failures += process.isAlive() ? 0 : 1;
                process.kill();
            }
            atWork += unfinished() > 0 ? 1 : 0;
            done++;
            if (done % 20 == 0) {
                out.println(done + " kills");
            }
        }
        reader.stop();
        thread.join();
        return new DeliveryChaosReport(
                done,
                atWork,
                failures,
                reader.reads(),
                reader.changes(),
                reader.snapshots(),
                reader.late(),
                reader.faults(),
                reader.lastFault(),
                unfinished(),
                Duration.ofNanos(System.nanoTime() - started));
    }

    /** Until the process has changed the cache, whatever its JVM took to start. */
    private void awaitWork(StageProcess process) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTS.toNanos();
        Path main = DeliveryProcess.cache(directory).resolve("models--stillstream--student/refs/main");
        long before = Files.exists(main) ? Files.getLastModifiedTime(main).toMillis() : 0;
        while (process.isAlive() && System.nanoTime() < deadline) {
            if (Files.exists(main) && Files.getLastModifiedTime(main).toMillis() != before) {
                return;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private long unfinished() throws IOException {
        Path held = DeliveryProcess.cache(directory).resolve("models--stillstream--student/snapshots");
        if (!Files.isDirectory(held)) {
            return 0;
        }
        try (Stream<Path> all = Files.list(held)) {
            return all.filter(path -> path.getFileName().toString().startsWith("."))
                    .count();
        }
    }
}
