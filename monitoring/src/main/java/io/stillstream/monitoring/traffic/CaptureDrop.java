package io.stillstream.monitoring.traffic;

import java.util.Locale;

/** Why a call through the proxy became no prompt: the label of a meter. */
public enum CaptureDrop {
    /** The caller asked for it in a header. */
    OPT_OUT,
    /** The caller asked the provider to keep nothing. */
    NOT_STORED,
    /** Its conversation is not in the sample. */
    NOT_SAMPLED,
    /** The tenant has had its prompts of this minute. */
    TENANT_RATE,
    /** The tenant's calls fill its share of the queue. */
    TENANT_QUEUE,
    /** The same request had the same answer a short while ago. */
    DUPLICATE,
    /** The answer broke off. */
    PARTIAL,
    /** The upstream answered with an error, or not at all. */
    FAILED_CALL,
    /** An answer in its conversation was judged bad. */
    BAD_SCORE,
    /** The request or the answer is longer than what is copied, or than what may be decoded. */
    BODY_TOO_LARGE,
    /** A body's encoding is not known, or the body is not encoded so. */
    ENCODING,
    /** It cannot be read as a call; a dead letter says why. */
    UNREADABLE,
    /** Redaction could not look through it. */
    REDACTION,
    /** Calls came faster than they were read. */
    QUEUE_FULL,
    /** What waits for Kafka fills its memory. */
    BUFFER_FULL,
    /** What waits for Kafka fills the spool. */
    SPOOL_FULL,
    /** The spool cannot be written. */
    SPOOL_FAILED,
    /** Kafka takes no record of that size. */
    RECORD_TOO_LARGE,
    /** It waited still when the process stopped. */
    UNDELIVERED,
    /** It raised an error that nothing foresaw. */
    INTERNAL_ERROR;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
