package io.stillstream.serving.weights;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.ServingMeters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weights that answer. It looks again and again which snapshot is wanted; another one is loaded beside the one that serves, and
 * takes its place for new requests once it has answered its golden prompts. The one before ends what it began, and is freed then. A
 * snapshot that cannot be used is named once, and the one that serves goes on.
 */
public final class ServedWeights implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServedWeights.class);

    private final SnapshotSource source;
    private final SnapshotLoader loader;
    private final ServingMeters meters;
    private final AtomicReference<@Nullable ServedSnapshot> current = new AtomicReference<>();
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("served-weights"));
    private final ExecutorService freeing = Executors.newSingleThreadExecutor(DaemonThreads.named("freed-weights"));

    // of the looking thread
    private @Nullable String served;
    private @Nullable String refused;

    private ServedWeights(SnapshotSource source, SnapshotLoader loader, ServingMeters meters) {
        this.source = source;
        this.loader = loader;
        this.meters = meters;
    }

    /**
     * Serves one directory's weights, whatever becomes of the directory.
     *
     * @throws io.stillstream.serving.ServingException when it cannot be served
     */
    public static ServedWeights fixed(Path directory, SnapshotLoader loader, ServingMeters meters) {
        var weights = new ServedWeights(SnapshotSource.fixed(directory), loader, meters);
        weights.put(loader.load(directory), "");
        return weights;
    }

    /**
     * Serves what a source wants. There need not be any snapshot yet.
     *
     * @param source closed with this
     * @param every how often it is asked
     */
    public static ServedWeights following(
            SnapshotSource source, Duration every, SnapshotLoader loader, ServingMeters meters) {
        var weights = new ServedWeights(source, loader, meters);
        var unused = weights.looking.scheduleWithFixedDelay(weights::look, 0, every.toMillis(), TimeUnit.MILLISECONDS);
        return weights;
    }

    /** Where the weights come from, for messages. */
    public String describe() {
        return source.describe();
    }

    /** The snapshot that serves now, without holding it; empty before there is one. */
    public Optional<ServedSnapshot> current() {
        return Optional.ofNullable(current.get());
    }

    /** The snapshot that serves now, held until {@link ServedSnapshot#release}; empty before there is one. */
    public Optional<ServedSnapshot> acquire() {
        for (ServedSnapshot snapshot = current.get(); snapshot != null; snapshot = current.get()) {
            if (snapshot.tryAcquire()) {
                return Optional.of(snapshot);
            }
        }
        return Optional.empty();
    }

    private void look() {
        String key = "";
        try {
            Optional<Path> wanted = source.wanted();
            if (wanted.isEmpty()) {
                return;
            }
            key = key(wanted.get());
            if (key.equals(served) || key.equals(refused)) {
                return;
            }
            put(loader.loadPublished(wanted.get()), key);
        } catch (RuntimeException e) {
            String reason = key.isEmpty() ? String.valueOf(e.getMessage()) : key;
            if (!reason.equals(refused)) {
                refused = reason;
                meters.recordSwap(false);
                LOG.error("a snapshot is not served, the one before goes on: {}", e.getMessage(), e);
            }
        }
    }

    /** A directory that was mended is another one; so is one that came late. */
    private static String key(Path directory) {
        try {
            return directory + " of " + Files.getLastModifiedTime(directory.resolve("manifest.json"));
        } catch (IOException e) {
            return directory + " without a manifest";
        }
    }

    private void put(ServedSnapshot snapshot, String key) {
        ServedSnapshot before = current.getAndSet(snapshot);
        served = key;
        refused = null;
        meters.serving(snapshot.createdAt(), () -> {
            var load = snapshot.engine().load();
            return new ServingMeters.Load(load.running(), load.waiting(), load.slots());
        });
        if (before != null) {
            meters.recordSwap(true);
            LOG.info("serving {}; {} ends what it began", snapshot.id(), before.id());
            before.retire(() -> free(before));
        } else {
            LOG.info("serving {}", snapshot.id());
        }
    }

    /** Elsewhere: who lets go last may be the engine's own thread, and the engine is waited for. */
    private void free(ServedSnapshot snapshot) {
        try {
            freeing.execute(() -> {
                snapshot.free();
                LOG.info("freed {}", snapshot.id());
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("{} is freed with the process", snapshot.id(), e);
        }
    }

    /** Frees the weights. No request is to be open. */
    @Override
    public void close() {
        looking.shutdown();
        await(looking);
        source.close();
        ServedSnapshot last = current.getAndSet(null);
        if (last != null) {
            last.retire(() -> free(last));
        }
        freeing.shutdown();
        await(freeing);
    }

    private static void await(ExecutorService threads) {
        try {
            if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("weights are still being loaded or freed; the process ends without waiting for them");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
