package io.stillstream.scorer.topology;

import io.stillstream.monitoring.broker.AccessDenied;
import io.stillstream.scorer.ScorerException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.jspecify.annotations.Nullable;

/** What is at the bottom of an exception that Kafka Streams wraps. */
final class StreamsFailure {

    private StreamsFailure() {}

    /**
     * One line for people.
     *
     * @param transactionalId of the scorer's transactions, or their common beginning
     */
    static String message(Throwable failure, String transactionalId) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof ScorerException)) {
            root = root.getCause();
        }
        if (!(root instanceof ScorerException) && AccessDenied.isReasonOf(failure)) {
            return unnamed(failure) + AccessDenied.reason(failure, "Read, Write or Create", transactionalId);
        }
        return root instanceof ScorerException ? String.valueOf(root.getMessage()) : root.toString();
    }

    /** What Kafka Streams says of a topic that the brokers' own exception does not name; or nothing. */
    private static String unnamed(Throwable failure) {
        for (Throwable above = failure; above.getCause() != null; above = above.getCause()) {
            if (above.getCause() instanceof TopicAuthorizationException denied) {
                String sentence = String.valueOf(above.getMessage());
                return denied.unauthorizedTopics().isEmpty() ? sentence.replaceFirst("\\.$", "") + ": " : "";
            }
        }
        return "";
    }

    /** Whether the topic of prompts was not there. */
    static boolean isOfMissingTopic(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof MissingSourceTopicException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }
}
