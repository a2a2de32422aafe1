package io.stillstream.bench.fault.trainer.process;

/** What a trainer was doing when it was killed, as its data directory shows. */
public enum KillOutcome {
    CHECKPOINT_HALF_WRITTEN("a half-written checkpoint"),
    SNAPSHOT_HALF_WRITTEN("a half-written snapshot"),
    NOT_ALIASED("a snapshot without its alias"),
    HALF_REMOVED("a half-removed old one"),
    STARTING("the start, before it read"),
    REPEATING("repeating listed steps"),
    TRAINING("training");

    private final String label;

    KillOutcome(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }
}
