package io.stillstream.monitoring.broker;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.jspecify.annotations.Nullable;

/** Whether brokers did not allow something, and which right their ACLs would have to give. */
public final class AccessDenied {

    private static final String READ = "Read";
    private static final String WRITE = "Write";

    private AccessDenied() {}

    /** Whether that is the reason of a failure: trying again does not help until somebody changes the ACLs. */
    public static boolean isReasonOf(@Nullable Throwable failure) {
        return in(failure).isPresent();
    }

    /** Why something cannot be read: the right that is lacking, or else the failure's own words. */
    public static String reading(Throwable failure) {
        return reason(failure, READ, "");
    }

    /** Why something cannot be written without a transaction. */
    public static String writing(Throwable failure) {
        return reason(failure, WRITE, "");
    }

    /** Why something cannot be written in transactions with that id. */
    public static String writing(Throwable failure, String transactionalId) {
        return reason(failure, WRITE, transactionalId);
    }

    /**
     * Why something failed.
     *
     * @param operation what was to be done with topics, as ACLs name it
     * @param transactionalId of the transactions; empty without any
     */
    public static String reason(Throwable failure, String operation, String transactionalId) {
        return in(failure)
                .map(denied -> "the user of these Kafka properties lacks " + right(denied, operation, transactionalId))
                .orElseGet(
                        () -> failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage());
    }

    private static String right(AuthorizationException denied, String operation, String transactionalId) {
        if (denied instanceof TopicAuthorizationException topics) {
            Set<String> names = new TreeSet<>(topics.unauthorizedTopics());
            // Where an administrative request is denied, the exception names no topic: the caller does.
            return operation + " on "
                    + (names.isEmpty()
                            ? "it"
                            : (names.size() == 1 ? "the topic " : "the topics ") + String.join(", ", names));
        }
        if (denied instanceof GroupAuthorizationException group) {
            return "Read on the group " + Optional.ofNullable(group.groupId()).orElse("");
        }
        if (denied instanceof TransactionalIdAuthorizationException) {
            return "Write on the transactional id " + transactionalId;
        }
        if (denied instanceof ClusterAuthorizationException) {
            return "a right on the cluster (IdempotentWrite, or Create): " + denied.getMessage();
        }
        return "a right: " + denied.getMessage();
    }

    private static Optional<AuthorizationException> in(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthorizationException denied) {
                return Optional.of(denied);
            }
        }
        return Optional.empty();
    }
}
