package io.stillstream.rollout.delivery;

import io.stillstream.contract.rollout.RolloutDelivery;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each target of its transitions, in their order, on a thread of the target's own: a webhook that is away holds up no
 * directory. What is done, or given up, is handed back, to be removed from what is still to be delivered.
 */
public final class DeliveryQueue implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryQueue.class);

    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);

    private volatile Runnable whenDone = () -> {};
    private volatile Runnable whenGivenUp = () -> {};
    private final Map<String, DeliveryTarget> targets = new LinkedHashMap<>();
    private final Map<String, ExecutorService> threads = new LinkedHashMap<>();
    /** What was offered and is not done, oldest first. */
    private final List<RolloutDelivery> open = new ArrayList<>();

    private final ConcurrentLinkedQueue<RolloutDelivery> done = new ConcurrentLinkedQueue<>();
    private final int attempts;
    private final Duration backoff;

    public DeliveryQueue(List<DeliveryTarget> told, int attempts, Duration backoff) {
        this.attempts = attempts;
        this.backoff = backoff;
        for (DeliveryTarget target : told) {
            targets.put(target.name(), target);
            threads.put(target.name(), Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "rollout-delivery-" + target.name());
                thread.setDaemon(true);
                return thread;
            }));
        }
    }

    /**
     * @param snapshots where the trainer's snapshots are, each under its id
     * @param others that are told beside those of the configuration
     */
    public static DeliveryQueue of(DeliveryConfig config, Path snapshots, List<DeliveryTarget> others) {
        List<DeliveryTarget> told = new ArrayList<>(others);
        if (!config.cache().isEmpty()) {
            told.add(new HuggingFaceCache(
                    snapshots,
                    Path.of(config.cache()),
                    config.model(),
                    config.keep(),
                    config.keepFor(),
                    Clock.systemUTC()));
        }
        if (!config.command().isEmpty()) {
            told.add(new CommandHook(config.command(), snapshots, config.timeout()));
        }
        if (!config.webhook().isEmpty()) {
            told.add(new Webhook(
                    URI.create(config.webhook()),
                    config.webhookSecret(),
                    snapshots,
                    config.timeout(),
                    Clock.systemUTC()));
        }
        return new DeliveryQueue(told, config.attempts(), config.backoff());
    }

    /** Runs something, on a thread of this queue's, whenever there is something to take. */
    public void whenDone(Runnable action) {
        whenDone = action;
    }

    /** Runs something, on a thread of this queue's, for each delivery that is given up. */
    public void whenGivenUp(Runnable action) {
        whenGivenUp = action;
    }

    public List<DeliveryTarget> targets() {
        return List.copyOf(targets.values());
    }

    /** Delivers it after what was offered for the same target before. */
    public void offer(RolloutDelivery delivery) {
        DeliveryTarget target = targets.get(delivery.target());
        ExecutorService thread = threads.get(delivery.target());
        if (target == null || thread == null) {
            LOG.warn(
                    "delivery {} is dropped: the configuration has no target {} any more",
                    delivery.id(),
                    delivery.target());
            done.add(delivery);
            return;
        }
        synchronized (open) {
            open.add(delivery);
        }
        Future<?> unused = thread.submit(() -> {
            if (!target.isLast() || awaitOthers(delivery)) {
                deliver(target, delivery);
            }
        });
    }

    /** What was done or given up since the last call. */
    public List<RolloutDelivery> takeDone() {
        List<RolloutDelivery> taken = new ArrayList<>();
        for (RolloutDelivery next = done.poll(); next != null; next = done.poll()) {
            taken.add(next);
        }
        return taken;
    }

    /** False when this thread is to end. */
    private boolean awaitOthers(RolloutDelivery delivery) {
        synchronized (open) {
            try {
                while (open.stream().anyMatch(other -> isBefore(other, delivery))) {
                    open.wait();
                }
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    private boolean isBefore(RolloutDelivery other, RolloutDelivery last) {
        DeliveryTarget target = targets.get(other.target());
        return other.decision() <= last.decision() && target != null && !target.isLast();
    }

    private boolean isOvertaken(RolloutDelivery delivery) {
        synchronized (open) {
            return open.stream()
                    .anyMatch(other ->
                            other.target().equals(delivery.target()) && other.decision() > delivery.decision());
        }
    }

    private void deliver(DeliveryTarget target, RolloutDelivery delivery) {
        Duration wait = backoff;
        for (int attempt = 1; attempt <= attempts; attempt++) {
            try {
                target.deliver(delivery, () -> isOvertaken(delivery));
                LOG.info("delivered {}", delivery.id());
                finish(delivery);
                return;
            } catch (RuntimeException e) {
                LOG.warn("delivery {}, attempt {} of {}: {}", delivery.id(), attempt, attempts, e.getMessage());
                LOG.debug("delivery {}", delivery.id(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            if (attempt < attempts && !pause(wait)) {
                return;
            }
            wait = wait.multipliedBy(2).compareTo(LONGEST_BACKOFF) < 0 ? wait.multipliedBy(2) : LONGEST_BACKOFF;
        }
        LOG.error("delivery {} is given up after {} attempts", delivery.id(), attempts);
        whenGivenUp.run();
        finish(delivery);
    }

    private void finish(RolloutDelivery delivery) {
        synchronized (open) {
            open.remove(delivery);
            open.notifyAll();
        }
        done.add(delivery);
        whenDone.run();
    }

    private static boolean pause(Duration wait) {
        try {
            Thread.sleep(wait.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What is not done stays to be delivered by the next controller. */
    @Override
    public void close() {
        threads.values().forEach(ExecutorService::shutdownNow);
    }
}
