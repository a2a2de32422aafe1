package io.stillstream.trainer.checkpoint;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs writes one at a time while training continues.
 *
 * <p>A write that fails is logged and shown by the health check, and training continues until a configured number have
 * failed in a row; one that finds that another trainer took over stops it at once. For the training thread, but for
 * {@link #health}.
 */
public final class BackgroundWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundWriter.class);

    private final int tolerated;
    private final TrainerMeters meters;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(DaemonThreads.named("checkpoint-writer"));
    private @Nullable Future<?> current;
    private int failures;
    private @Nullable RuntimeException last;
    private volatile String trouble = "";

    /** @param failures after how many failures in a row {@link #check} throws */
    public BackgroundWriter(int failures, TrainerMeters meters) {
        this.tolerated = failures;
        this.meters = meters;
    }

    public boolean isBusy() {
        return current != null && !current.isDone();
    }

    /** Starts a write after waiting for the one before it. */
    public void submit(Runnable write) {
        await();
        current = thread.submit(write);
    }

    /** @throws RuntimeException what a write failed with, when that stops training */
    public void check() {
        if (current != null && current.isDone()) {
            await();
        }
    }

    /**
     * Waits for the last write.
     *
     * @throws RuntimeException what it failed with
     */
    public void finish() {
        await();
        if (last != null) {
            throw last;
        }
    }

    /** Whether the last write succeeded. Safe from any thread. */
    public HealthCheck health() {
        return trouble.isEmpty() ? HealthCheck.passed("training") : HealthCheck.failed(trouble);
    }

    /** Waits for the last write, an interruption notwithstanding: it reads native memory, which is freed after this. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (!thread.isTerminated()) {
            try {
                thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits for the running write.
     *
     * @throws RuntimeException what it failed with, when that stops training
     */
    public void await() {
        Future<?> write = current;
        if (write == null) {
            return;
        }
        current = null;
        try {
            write.get();
            failures = 0;
            last = null;
            trouble = "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TrainerException("interrupted while a checkpoint was written", e);
        } catch (ExecutionException e) {
            failed(e);
        }
    }

    private void failed(ExecutionException failure) {
        if (!(failure.getCause() instanceof RuntimeException reason)) {
            throw new TrainerException("a checkpoint could not be written: " + failure.getCause(), failure);
        }
        failures++;
        last = reason;
        meters.recordFailedCheckpoint();
        if (reason instanceof FencedException) {
            trouble = String.valueOf(reason.getMessage());
            throw reason;
        }
        trouble = failures + " checkpoints or snapshots in a row could not be written, last: " + reason.getMessage();
        if (failures >= tolerated) {
            throw new TrainerException(
                    "training stops: " + trouble + ". What was written before is intact; fix the cause and"
                            + " start again (trainer.checkpoints.failures is " + tolerated + ")",
                    reason);
        }
        LOG.error(
                "{}; training continues, and a crash would lose the steps since the last one; it stops after {} failures",
                trouble,
                tolerated,
                reason);
    }
}
