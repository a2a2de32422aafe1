package io.stillstream.trainer.batch;

import io.stillstream.trainer.stream.TargetsRecord;

/** A sequence waiting to be trained on, and the record it came from. */
public record QueuedSequence(TargetsRecord record, TargetSequence sequence) {}
