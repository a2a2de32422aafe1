package io.stillstream.trainer.loop;

import io.stillstream.monitoring.DaemonThreads;
import io.stillstream.trainer.TrainerException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the brokers at an interval whether a topic is still the one that training began to read: a consumer goes on at its
 * offsets in one that was deleted and recreated under its name, and these are of other records.
 */
final class TopicWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("topic-watch"));
    private final String topic;
    private final String id;
    private final UnaryOperator<String> ids;
    private volatile String problem = "";

    private TopicWatch(String topic, String id, UnaryOperator<String> ids) {
        this.topic = topic;
        this.id = id;
        this.ids = ids;
    }

    /**
     * @param id the brokers' own, when reading began
     * @param ids asks the brokers; what it throws is no answer
     */
    static TopicWatch start(String topic, String id, UnaryOperator<String> ids, Duration interval) {
        var watch = new TopicWatch(topic, id, ids);
        var unused = watch.thread.scheduleWithFixedDelay(
                watch::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /** @throws TrainerException when the topic is another one now */
    void requireSame() {
        if (!problem.isEmpty()) {
            throw new TrainerException(problem);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void look() {
        try {
            String found = ids.apply(topic);
            if (!found.equals(id)) {
                problem = "the topic " + topic + " was deleted and recreated while it was trained from: its id is "
                        + found
                        + " and was " + id + ", so its offsets are of other records; training stops, and the next start"
                        + " says how to go on";
            }
        } catch (RuntimeException e) {
            LOG.debug("the brokers did not describe {}", topic, e);
        }
    }
}
