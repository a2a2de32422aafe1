package io.stillstream.contract.rollout;

/** What can serve a conversation. */
public enum Arm {
    /** The model that served before there was any student. */
    PRODUCTION,
    /** The snapshot that serves whatever the candidate does not. */
    CHAMPION,
    /** The snapshot that is on its way. */
    CANARY
}
