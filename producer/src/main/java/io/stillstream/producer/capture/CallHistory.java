package io.stillstream.producer.capture;

import java.time.Clock;
import java.time.Duration;

/**
 * What is remembered of earlier calls, as keyed hashes: which answers were given, which ids have appeared, which conversations
 * were judged bad. In memory, and bounded. Thread-safe.
 */
final class CallHistory {

    private static final int MOST_KEYS = 100_000;
    /** How long an id is known, and a conversation marked. */
    private static final Duration DAY = Duration.ofDays(1);

    private final CallIdentity identity;
    private final RecentKeys answers;
    private final RecentKeys ids;
    private final RecentKeys marked;

    CallHistory(CallIdentity identity, Duration duplicateWindow, Clock clock) {
        this.identity = identity;
        answers = new RecentKeys(duplicateWindow, MOST_KEYS, clock);
        ids = new RecentKeys(DAY, MOST_KEYS, clock);
        marked = new RecentKeys(DAY, MOST_KEYS, clock);
    }

    /** Whether the tenant's request did not have that answer a short while ago; it is remembered. */
    boolean isNew(String tenant, String requestDigest, String answerDigest) {
        return answers.add(identity.reference("answer", tenant, requestDigest, answerDigest));
    }

    boolean appeared(String responseId) {
        return ids.contains(identity.reference("id", responseId));
    }

    void hasAppeared(String responseId) {
        ids.renew(identity.reference("id", responseId));
    }

    /** Captures nothing more of the conversation for a day. */
    void mark(String conversation) {
        marked.renew(conversation);
    }

    void unmark(String conversation) {
        marked.remove(conversation);
    }

    boolean isMarked(String tenant, String conversation) {
        return marked.contains(reference(tenant, conversation));
    }

    /** What {@link #mark} names a conversation by. */
    String reference(String tenant, String conversation) {
        return identity.reference("conversation", tenant, conversation);
    }
}
