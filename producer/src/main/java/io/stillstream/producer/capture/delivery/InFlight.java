package io.stillstream.producer.capture.delivery;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A record that was given to the Kafka client. */
final class InFlight {

    private final Backlog.Taken taken;
    private final long sentNanos = System.nanoTime();
    private final CompletableFuture<Boolean> settled = new CompletableFuture<>();

    InFlight(Backlog.Taken taken) {
        this.taken = taken;
    }

    Backlog.Taken taken() {
        return taken;
    }

    /** Called by the client's thread. */
    void settle(@Nullable Exception failure) {
        if (failure == null) {
            settled.complete(true);
        } else {
            settled.completeExceptionally(failure);
        }
    }

    boolean isSettled() {
        return settled.isDone();
    }

    void await(Duration patience) throws InterruptedException {
        try {
            settled.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The caller looks at what came of it.
        }
    }

    /** Why the broker did not take it; null where it did. */
    @Nullable
    Throwable failure() throws InterruptedException {
        try {
            settled.get();
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - sentNanos);
    }
}
