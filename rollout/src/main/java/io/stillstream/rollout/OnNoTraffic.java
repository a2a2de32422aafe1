package io.stillstream.rollout;

/** What a step does when its time is over and the candidate answered too few requests. */
public enum OnNoTraffic {
    /** It goes on until there were enough: what nobody saw is no evidence. */
    HOLD,
    /** The next step follows all the same. */
    ADVANCE
}
