package io.stillstream.scorer.topology;

import io.stillstream.monitoring.DaemonThreads;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers each minute, and when it is closed, how far the group has committed. The caller closes the admin client after this. */
final class OffsetKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OffsetKeeper.class);
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Admin admin;
    private final String group;
    private final String topic;
    private final RememberedOffsets remembered;
    private final ScheduledExecutorService scheduler =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("offset-keeper"));
    private boolean closed;

    private OffsetKeeper(Admin admin, String group, String topic, RememberedOffsets remembered) {
        this.admin = admin;
        this.group = group;
        this.topic = topic;
        this.remembered = remembered;
    }

    static OffsetKeeper start(Admin admin, String group, String topic, RememberedOffsets remembered) {
        var keeper = new OffsetKeeper(admin, group, topic, remembered);
        var unused = keeper.scheduler.scheduleWithFixedDelay(
                keeper::keep, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return keeper;
    }

    /** To be called once nothing more is committed. */
    @Override
    public synchronized void close() {
        if (!closed) {
            scheduler.shutdownNow();
            keep();
            closed = true;
        }
    }

    private synchronized void keep() {
        if (closed) {
            return;
        }
        try {
            remembered.keep(GroupOffsets.read(admin, group, topic, PATIENCE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            // An exception that left this method would end the schedule; what was remembered before stays.
            LOG.debug("how far {} has committed on {} cannot be read", group, topic, e);
        }
    }
}
