package io.stillstream.scorer.topology;

import io.stillstream.contract.Topics;
import io.stillstream.scorer.ScorerException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Asks the broker, before anything starts, whether the scorer's topics are there. */
final class SourceTopic {

    private static final long PATIENCE_SECONDS = 30;

    private SourceTopic() {}

    /** @throws ScorerException when the broker does not answer or a topic is missing */
    static int partitions(Admin admin, Topics topics, String bootstrapServers) {
        List<String> needed = List.of(topics.prompts(), topics.teacherTargets(), topics.deadLetters());
        try {
            Map<String, TopicDescription> found =
                    admin.describeTopics(needed).allTopicNames().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return Objects.requireNonNull(found.get(topics.prompts()))
                    .partitions()
                    .size();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ScorerException("interrupted while asking " + bootstrapServers + " for its topics", e);
        } catch (TimeoutException e) {
            throw new ScorerException(unreachable(bootstrapServers), e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new ScorerException(
                        "Kafka at " + bootstrapServers + " lacks one of the topics " + needed + "; create it first", e);
            }
            throw new ScorerException(unreachable(bootstrapServers) + ": " + e.getCause(), e);
        }
    }

    private static String unreachable(String bootstrapServers) {
        return "Kafka at " + bootstrapServers + " does not answer; is the address right and the broker running?";
    }
}
