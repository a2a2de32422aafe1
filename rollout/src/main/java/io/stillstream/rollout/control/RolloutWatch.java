package io.stillstream.rollout.control;

import io.stillstream.contract.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a rollout again and again on a thread of its own, for those that tell the controller what follows from it. What fails
 * is tried again: nothing that looks may stop the controller.
 */
public final class RolloutWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RolloutWatch.class);

    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(5);

    private final Map<String, Object> kafka;
    private final String topic;
    private final List<Consumer<RolloutView>> watchers;
    private final Thread thread;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile String failure = "";

    private RolloutWatch(Map<String, Object> kafka, String topic, List<Consumer<RolloutView>> watchers) {
        this.kafka = kafka;
        this.topic = topic;
        this.watchers = List.copyOf(watchers);
        this.thread = new Thread(this::run, "rollout-watch");
        this.thread.setDaemon(true);
    }

    /**
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param watchers called in this order, from one thread
     */
    public static RolloutWatch start(Map<String, Object> kafka, Topics topics, List<Consumer<RolloutView>> watchers) {
        var watch = new RolloutWatch(kafka, topics.studentRollout(), watchers);
        watch.thread.start();
        return watch;
    }

    private void run() {
        while (!isClosed()) {
            try (RolloutReader reader = new RolloutReader(kafka, topic)) {
                while (!isClosed()) {
                    RolloutView view = reader.read();
                    watchers.forEach(watcher -> watcher.accept(view));
                    seen();
                    pause(LOOK);
                }
            } catch (RuntimeException e) {
                if (!isClosed()) {
                    failed(e);
                    pause(AFTER_A_FAILURE);
                }
            }
        }
    }

    /** Why nothing is looked at now; empty where it is. */
    public String failure() {
        return failure;
    }

    private void seen() {
        if (!failure.isEmpty()) {
            failure = "";
            LOG.info("{} is looked at again", topic);
        }
    }

    private void failed(RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        if (!reason.equals(failure)) {
            failure = reason;
            LOG.warn("looking at {} failed, and is tried again until it does not: {}", topic, reason);
        }
        LOG.debug("looking at the rollout failed", e);
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private void pause(Duration pause) {
        try {
            var unused = closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Nobody but this class knows the thread.
            throw new IllegalStateException("the rollout's watch was interrupted", e);
        }
    }

    /** Waits a while for what is looked at just then. It is not interrupted: a Kafka client then fails while it is closed. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
