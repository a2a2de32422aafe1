package io.stillstream.pipeline.run;

import io.stillstream.contract.Topics;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics of a cluster that need not be there yet, as soon as it is: whoever serves callers does not wait for it. */
public final class EventualTopics implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventualTopics.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private final Thread thread;

    private EventualTopics(KafkaConfig kafka, Topics topics) {
        thread = new Thread(() -> create(kafka, topics), "topics");
        thread.setDaemon(true);
    }

    /** Goes on in the background until they are there, or it is closed. */
    public static EventualTopics start(KafkaConfig kafka, Topics topics) {
        var eventual = new EventualTopics(kafka, topics);
        eventual.thread.start();
        return eventual;
    }

    private static void create(KafkaConfig kafka, Topics topics) {
        var creator = new TopicCreator(kafka.clientProperties(kafka.bootstrapServers()), kafka.connectTimeout());
        boolean warned = false;
        while (true) {
            try {
                creator.create(topics, kafka.partitions(), kafka.targetsPartitions());
                if (warned) {
                    LOG.info("Kafka answers at {}", kafka.bootstrapServers());
                }
                return;
            } catch (PipelineException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                if (!warned) {
                    LOG.warn("{}; calls pass through, and what is captured waits", e.getMessage());
                    warned = true;
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
