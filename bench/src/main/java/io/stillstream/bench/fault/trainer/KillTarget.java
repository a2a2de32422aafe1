package io.stillstream.bench.fault.trainer;

/** What a trainer is to be hit at. */
enum KillTarget {
    /** While it starts, before it reads. */
    START,
    /** Right after it has begun to read: what a ledger lists beyond the checkpoint is repeated then. */
    REPLAY,
    STEP,
    /** From when a checkpoint's directory shows up half written. */
    CHECKPOINT,
    /** From when a snapshot's directory shows up half written; its announcement and alias follow, then old ones go. */
    SNAPSHOT
}
