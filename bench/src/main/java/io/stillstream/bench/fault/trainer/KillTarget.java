package io.stillstream.bench.fault.trainer;

/** What a trainer is doing when it is killed. */
enum KillTarget {
    /** While it starts, before it reads. */
    START,
    /** Right after it has begun to read, when it repeats the steps that the ledger lists beyond the checkpoint. */
    REPLAY,
    STEP,
    /** While it writes a checkpoint. */
    CHECKPOINT,
    /** While it writes a snapshot, or right after, when it publishes the snapshot, moves the alias and removes old ones. */
    SNAPSHOT
}
