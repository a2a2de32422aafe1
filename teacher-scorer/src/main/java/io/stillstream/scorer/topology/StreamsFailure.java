package io.stillstream.scorer.topology;

import io.stillstream.scorer.ScorerException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.jspecify.annotations.Nullable;

/** What is at the bottom of an exception that Kafka Streams wraps. */
final class StreamsFailure {

    private StreamsFailure() {}

    /** One line for people. */
    static String message(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && !(root instanceof ScorerException)) {
            root = root.getCause();
        }
        return root instanceof ScorerException ? String.valueOf(root.getMessage()) : root.toString();
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
