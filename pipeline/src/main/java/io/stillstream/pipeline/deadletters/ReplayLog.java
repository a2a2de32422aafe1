package io.stillstream.pipeline.deadletters;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Which dead letters were replayed, and when. It is kept in Kafka, in a compacted topic beside the dead letters', so that
 * whoever replays sees what others have; its entry is written in the transaction that sends the original back. Entries name
 * the dead letters' topic by its id too: those of a topic that was deleted say nothing about one of the same name.
 */
public final class ReplayLog {

    private static final String SUFFIX = "-replayed";

    private final String topic;
    private final String letters;
    private final Map<DeadLetterId, Instant> replayed = new HashMap<>();

    private ReplayLog(String topic, String letters) {
        this.topic = topic;
        this.letters = letters;
    }

    /**
     * Reads what was replayed.
     *
     * @param kafka client properties, {@code bootstrap.servers} among them
     * @param deadLetters the topic of the dead letters
     */
    public static ReplayLog read(Map<String, Object> kafka, String deadLetters) {
        String name = deadLetters + SUFFIX;
        try (Admin admin = Admin.create(kafka)) {
            Optional<TopicDescription> described = describe(admin, deadLetters);
            ReplayLog log = new ReplayLog(
                    name, described.map(topic -> topic.topicId().toString()).orElse(""));
            if (describe(admin, name).isPresent()) {
                log.load(kafka);
            }
            return log;
        }
    }

    /** When the letter was replayed last; empty where it never was. */
    public Optional<Instant> replayedAt(DeadLetterId id) {
        return Optional.ofNullable(replayed.get(id));
    }

    /** Makes sure that there is a topic to write entries to. */
    void create(Map<String, Object> kafka) {
        NewTopic wanted = new NewTopic(topic, Optional.of(1), Optional.empty())
                .configs(Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
        try (Admin admin = Admin.create(kafka)) {
            if (describe(admin, topic).isPresent()) {
                // Where it is there, nobody needs the right to create it.
                return;
            }
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new PipelineException(
                        "the topic " + topic + ", which records what was replayed, cannot be created: "
                                + message(e, "Create"),
                        e);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The entry that says that a letter was replayed. */
    ProducerRecord<byte[], byte[]> entry(DeadLetterId id, Instant now) {
        return new ProducerRecord<>(topic, utf8(letters + " " + id), utf8(now.toString()));
    }

    void add(DeadLetterId id, Instant now) {
        replayed.put(id, now);
    }

    private void load(Map<String, Object> kafka) {
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.read(topic, null, record -> {
                String[] key = new String(record.key(), StandardCharsets.UTF_8).split(" ", 2);
                if (key.length == 2 && key[0].equals(letters) && record.value() != null) {
                    add(DeadLetterId.parse(key[1]), Instant.parse(new String(record.value(), StandardCharsets.UTF_8)));
                }
            });
        }
    }

    private static Optional<TopicDescription> describe(Admin admin, String topic) {
        try {
            return Optional.ofNullable(
                    admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw new PipelineException("the topic " + topic + " cannot be looked up: " + message(e, "Read"), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static PipelineException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new PipelineException("interrupted while asking the broker", e);
    }

    private static String message(ExecutionException e, String operation) {
        Throwable cause = e.getCause();
        return AccessDenied.reason(cause == null ? e : cause, operation, "");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
