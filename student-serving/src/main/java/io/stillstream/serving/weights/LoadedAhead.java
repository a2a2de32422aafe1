package io.stillstream.serving.weights;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.serving.weights.SnapshotSource.Wanted;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot that may be wanted next, in memory before it is: loaded, warm and probed, beside the one that serves and on a thread of
 * its own. There is one at most. For one thread, but for {@link #id}.
 */
final class LoadedAhead implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LoadedAhead.class);

    private final Function<Wanted, ServedSnapshot> loader;
    private final ExecutorService loading = Executors.newSingleThreadExecutor(DaemonThreads.named("loaded-ahead"));
    private String key = "";
    private volatile @Nullable CompletableFuture<ServedSnapshot> snapshot;

    LoadedAhead(Function<Wanted, ServedSnapshot> loader) {
        this.loader = loader;
    }

    /**
     * Loads it, unless it is the one already; one that cannot be loaded is not tried again. Any other is freed.
     *
     * @param wantedKey what the source names it by
     */
    void load(Wanted wanted, String wantedKey) {
        if (key.equals(wantedKey)) {
            return;
        }
        drop();
        key = wantedKey;
        snapshot = CompletableFuture.supplyAsync(() -> loader.apply(wanted), loading)
                .whenComplete((loaded, failure) -> {
                    if (failure == null) {
                        LOG.info("{} is loaded ahead", loaded.id());
                    } else {
                        LOG.warn(
                                "a snapshot cannot be loaded ahead: {}",
                                cause(failure).getMessage());
                        LOG.debug("a snapshot cannot be loaded ahead", failure);
                    }
                });
    }

    /** Its id; empty until it is loaded. */
    Optional<String> id() {
        CompletableFuture<ServedSnapshot> ahead = snapshot;
        return ahead == null || !ahead.isDone() || ahead.isCompletedExceptionally()
                ? Optional.empty()
                : Optional.of(ahead.join().id());
    }

    /** Gives it away, once it is loaded; empty where it is another one, or could not be loaded. */
    Optional<ServedSnapshot> take(String wantedKey) {
        CompletableFuture<ServedSnapshot> ahead = snapshot;
        if (ahead == null || !key.equals(wantedKey)) {
            return Optional.empty();
        }
        key = "";
        snapshot = null;
        try {
            return Optional.of(ahead.join());
        } catch (CompletionException e) {
            LOG.debug("it is loaded once more, which says why it cannot be", e);
            return Optional.empty();
        }
    }

    /** It is not wanted any more. */
    void drop() {
        CompletableFuture<ServedSnapshot> ahead = snapshot;
        key = "";
        snapshot = null;
        if (ahead != null) {
            var unused = ahead.thenAcceptAsync(
                    loaded -> {
                        loaded.free();
                        LOG.info("freed {}, which was loaded ahead", loaded.id());
                    },
                    loading);
        }
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    @Override
    public void close() {
        drop();
        loading.shutdown();
        try {
            if (!loading.awaitTermination(1, TimeUnit.MINUTES)) {
                LOG.warn("a snapshot is still being loaded ahead; the process ends without waiting for it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
