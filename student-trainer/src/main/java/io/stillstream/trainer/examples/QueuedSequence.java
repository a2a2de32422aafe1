package io.stillstream.trainer.examples;

import io.stillstream.trainer.source.TargetsRecord;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.List;

/**
 * A sequence waiting to be trained on, and the record it came from.
 *
 * @param example what the loss reads of it: one training sequence or two
 */
public record QueuedSequence(TargetsRecord record, TokenizedTarget sequence, List<TrainingSequence> example) {}
