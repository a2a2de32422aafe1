package io.stillstream.serving.weights;

import io.stillstream.follower.RolloutFollower;
import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.monitoring.serving.ServingMeters;
import io.stillstream.serving.ServingException;
import io.stillstream.serving.weights.SnapshotSource.Wanted;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
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
 * The weights that answer. It looks again and again which snapshot is wanted; another one is loaded beside the one that serves,
 * and takes its place for new requests once it has answered its golden prompts. What may be wanted next is loaded before it is.
 * The one before ends what it began, and is freed then. A snapshot that cannot be used is named once, and the one that serves
 * goes on. One that may serve no longer takes no new requests. One whose engine has failed is loaded again, once.
 */
public final class ServedWeights implements AutoCloseable {

    /**
     * How long a snapshot that may serve no longer still takes requests. Who sends them reads the same topic, and is to be the first
     * to change its ways.
     */
    static final Duration ROUTES_FIRST = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(ServedWeights.class);

    private final SnapshotSource source;
    private final SnapshotLoader loader;
    private final ServingMeters meters;
    private final AtomicReference<@Nullable Serving> current = new AtomicReference<>();
    private final ScheduledExecutorService looking =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("served-weights"));
    private final ScheduledExecutorService withdrawing =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("withdrawn-weights"));
    private final ExecutorService freeing = Executors.newSingleThreadExecutor(DaemonThreads.named("freed-weights"));
    private final CountDownLatch looked = new CountDownLatch(1);
    private final LoadedAhead ahead = new LoadedAhead(this::load);
    private volatile String waiting = "it is looked for";
    private volatile boolean beyondRepair;

    // of the looking thread
    private @Nullable String refused;

    /** The files of the one that was loaded, or refused, last. */
    private String tried = "";

    /** The key of what was loaded again, since its engine had failed. */
    private @Nullable String loadedAgain;

    /** @param key what the source named it by */
    private record Serving(ServedSnapshot snapshot, String key) {}

    /**
     * Serves nothing yet.
     *
     * @param source closed with this
     */
    public ServedWeights(SnapshotSource source, SnapshotLoader loader, ServingMeters meters) {
        this.source = source;
        this.loader = loader;
        this.meters = meters;
    }

    /**
     * Serves what is wanted, unless that cannot be said now.
     *
     * @throws ServingException when it cannot be served, or may not be
     */
    public void load() {
        Wanted wanted = source.wanted();
        if (wanted instanceof Wanted.Nothing nothing) {
            throw new ServingException(source.describe() + " cannot be served: " + nothing.why());
        }
        if (wanted instanceof Wanted.Unknown unknown) {
            waiting(unknown.why());
        } else {
            put(load(wanted), key(wanted));
        }
    }

    /**
     * Serves what is wanted from now on, also where that stays the same: its engine may fail. There need not be any snapshot yet.
     *
     * @param every how often the source is asked
     * @param rollout whose changes it is asked after at once; null for none
     */
    public void follow(Duration every, @Nullable RolloutFollower rollout) {
        var unused = looking.scheduleWithFixedDelay(this::look, 0, every.toMillis(), TimeUnit.MILLISECONDS);
        if (rollout != null) {
            rollout.whenChanged(this::rolloutChanged);
        }
    }

    /** Where the weights come from, for messages. */
    public String describe() {
        return source.describe();
    }

    /** Waits until it was looked for what is wanted, and not until that is loaded. */
    public void awaitLook(Duration longest) {
        try {
            var unused = looked.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why there is nothing that serves. */
    public String waiting() {
        return waiting;
    }

    /** Whether nothing serves since an engine has failed, and loading its snapshot again did not help: {@link #waiting} says which. */
    public boolean isBeyondRepair() {
        return beyondRepair;
    }

    /** The id of the snapshot that is ready to serve next; empty where none is. */
    public Optional<String> loadedAhead() {
        return ahead.id();
    }

    /** The snapshot that serves now, without holding it; empty before there is one. */
    public Optional<ServedSnapshot> current() {
        return Optional.ofNullable(current.get()).map(Serving::snapshot);
    }

    /** The snapshot that serves now, held until {@link ServedSnapshot#release}; empty while there is none that can answer. */
    public Optional<ServedSnapshot> acquire() {
        for (Serving serving = current.get(); serving != null; serving = current.get()) {
            if (serving.snapshot().engine().hasFailed()) {
                return Optional.empty();
            }
            if (serving.snapshot().tryAcquire()) {
                return Optional.of(serving.snapshot());
            }
        }
        return Optional.empty();
    }

    private void rolloutChanged() {
        try {
            looking.execute(this::look);
            // Not on the looking thread, which may be loading another snapshot.
            later(this::withdrawForbidden);
        } catch (RejectedExecutionException e) {
            LOG.debug("the rollout has changed while this stops", e);
        }
    }

    private void look() {
        String key = "";
        try {
            withdrawFailed();
            Wanted wanted = source.wanted();
            Serving serving = current.get();
            if (wanted instanceof Wanted.Unknown unknown) {
                waiting(unknown.why());
            } else if (wanted instanceof Wanted.Nothing nothing) {
                waiting(nothing.why());
                if (serving != null) {
                    later(() -> withdraw(serving));
                }
            } else {
                key = key(wanted);
                if (serving == null || !key.equals(serving.key())) {
                    replace(wanted, key);
                }
            }
            lookAhead();
        } catch (RuntimeException e) {
            if (key.equals(loadedAgain)) {
                beyondRepair = current.get() == null;
            }
            refuse(key, e);
        } finally {
            looked.countDown();
        }
    }

    private void replace(Wanted wanted, String key) {
        String files = files(wanted);
        if (key.equals(refused) && files.equals(tried)) {
            return;
        }
        tried = files;
        waiting("a snapshot is being loaded");
        looked.countDown();
        put(ahead.take(key).orElseGet(() -> load(wanted)), key);
    }

    /** Once more is enough: what fails again is broken in a way that this process does not mend. */
    private void withdrawFailed() {
        Serving serving = current.get();
        if (serving == null || !serving.snapshot().engine().hasFailed()) {
            return;
        }
        String id = serving.snapshot().id();
        if (serving.key().equals(loadedAgain)) {
            refused = serving.key();
            beyondRepair = true;
            waiting = "the decode engine of " + id + " has failed again after it was loaded anew; the log says why";
            LOG.error("{}; start the server again, on a device that works", waiting);
        } else {
            loadedAgain = serving.key();
            waiting = "the decode engine of " + id + " has failed, and it is loaded again; the log says why";
        }
        withdraw(serving);
    }

    private void lookAhead() {
        Optional<Wanted> next = source.next();
        Serving serving = current.get();
        String key = next.map(ServedWeights::key).orElse("");
        if (next.isPresent() && (serving == null || !key.equals(serving.key()))) {
            ahead.load(next.get(), key);
        } else {
            ahead.drop();
        }
    }

    private void later(Runnable withdrawal) {
        var unused = withdrawing.schedule(withdrawal, ROUTES_FIRST.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void refuse(String key, RuntimeException e) {
        String reason = key.isEmpty() ? String.valueOf(e.getMessage()) : key;
        if (reason.equals(refused)) {
            return;
        }
        refused = reason;
        meters.recordSwap(false);
        waiting = String.valueOf(e.getMessage());
        Serving serving = current.get();
        String goesOn =
                serving == null ? "nothing is served" : serving.snapshot().id() + " goes on";
        if (e instanceof ServingException) {
            LOG.error("a snapshot is not served, {}: {}", goesOn, e.getMessage());
            LOG.debug("a snapshot is not served", e);
        } else {
            LOG.error("a snapshot is not served, {}", goesOn, e);
        }
    }

    private void waiting(String why) {
        if (current.get() == null && !why.equals(waiting)) {
            LOG.info("nothing is served yet: {}", why);
        }
        waiting = why;
    }

    private ServedSnapshot load(Wanted wanted) {
        if (wanted instanceof Wanted.Student student) {
            return loader.load(student.directory());
        }
        if (!(wanted instanceof Wanted.Published published)) {
            throw new IllegalStateException(wanted + " names no directory");
        }
        ServedSnapshot snapshot = loader.loadPublished(published.directory());
        String hash = published.contentHash();
        if (hash != null && !hash.equals(snapshot.contentHash())) {
            snapshot.free();
            throw new ServingException("the snapshot in " + published.directory() + " has the weights "
                    + snapshot.contentHash() + "; expected " + hash + ", as the rollout has it");
        }
        return snapshot;
    }

    /** A directory that was mended is another one; so is one that came late. */
    private static String key(Wanted wanted) {
        Path directory = directory(wanted);
        if (wanted instanceof Wanted.Student) {
            return directory.toString();
        }
        try {
            return directory + " of " + Files.getLastModifiedTime(directory.resolve("manifest.json"));
        } catch (IOException e) {
            return directory + " without a manifest";
        }
    }

    private static Path directory(Wanted wanted) {
        return wanted instanceof Wanted.Student student ? student.directory() : ((Wanted.Published) wanted).directory();
    }

    /**
     * The files of a directory, their sizes and times. One that was refused is tried again once they are others: it was mended, or it is
     * still being copied, and its manifest came before its weights.
     */
    private static String files(Wanted wanted) {
        Path directory = directory(wanted);
        Map<String, String> found = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                found.put(file.getFileName().toString(), Files.size(file) + " of " + Files.getLastModifiedTime(file));
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.debug("the files in {} cannot be listed", directory, e);
        }
        return found.toString();
    }

    private void put(ServedSnapshot snapshot, String key) {
        Serving serving = new Serving(snapshot, key);
        Serving before = current.getAndSet(serving);
        refused = null;
        beyondRepair = false;
        if (!key.equals(loadedAgain)) {
            loadedAgain = null;
        }
        meters.serving(snapshot.createdAt(), snapshot.newestRecordAt(), () -> {
            var load = snapshot.engine().load();
            return new ServingMeters.Load(load.running(), load.waiting(), load.slots());
        });
        if (before != null) {
            meters.recordSwap(true);
            LOG.info(
                    "serving {}; {} ends what it began",
                    snapshot.id(),
                    before.snapshot().id());
            before.snapshot().retire(() -> free(before.snapshot()));
        } else {
            LOG.info("serving {}", snapshot.id());
        }
        // It may have been forbidden while it was loaded.
        withdrawForbidden();
    }

    private void withdrawForbidden() {
        Serving serving = current.get();
        if (serving != null && !source.mayServe(serving.snapshot())) {
            withdraw(serving);
        }
    }

    private void withdraw(Serving serving) {
        if (current.compareAndSet(serving, null)) {
            meters.recordWithdrawal();
            // A canary's server has nothing to serve after each promotion: no reason to warn.
            LOG.info(
                    "{} is not to be served here any more, and takes no more requests; nothing else serves yet: {}",
                    serving.snapshot().id(),
                    waiting);
            serving.snapshot().retire(() -> free(serving.snapshot()));
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
        withdrawing.shutdownNow();
        await(looking);
        await(withdrawing);
        ahead.close();
        source.close();
        Serving last = current.getAndSet(null);
        if (last != null) {
            last.snapshot().retire(() -> free(last.snapshot()));
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
