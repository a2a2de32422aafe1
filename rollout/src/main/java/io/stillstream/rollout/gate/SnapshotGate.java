package io.stillstream.rollout.gate;

import io.stillstream.contract.rollout.SnapshotReference;

/** Asks the gate about a snapshot. It may take minutes: the snapshot is evaluated first. */
@FunctionalInterface
public interface SnapshotGate {

    /**
     * Judged against the rollout's champion of now; without one, by itself.
     *
     * @throws RuntimeException when it could not be judged, which says nothing about the snapshot
     */
    Verdict judge(SnapshotReference candidate);
}
