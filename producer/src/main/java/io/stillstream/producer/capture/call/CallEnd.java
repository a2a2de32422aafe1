package io.stillstream.producer.capture.call;

/** How a call through the proxy ended. */
public enum CallEnd {
    /** Every byte that the upstream sent went to the caller. */
    COMPLETE,
    /** The caller closed its connection before the answer's end. */
    CALLER_GONE,
    /** The upstream could not be reached, or broke off. */
    UPSTREAM_FAILED,
    /** The upstream was silent longer than it may be. */
    DEADLINE
}
