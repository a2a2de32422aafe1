package io.stillstream.contract.rollout;

/** What serves a conversation, as a function of the rollout's state alone. */
public final class Route {

    private Route() {}

    /** @param conversation its id */
    public static Arm choose(RolloutState state, String conversation) {
        if (Bucket.of(conversation) < state.buckets()) {
            return Arm.CANARY;
        }
        return state.champion() == null ? Arm.PRODUCTION : Arm.CHAMPION;
    }
}
