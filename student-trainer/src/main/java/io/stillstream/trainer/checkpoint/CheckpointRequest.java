package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Offsets;
import java.util.Map;

/**
 * What a checkpoint or snapshot is written from: the training between two steps.
 *
 * @param offsets where the last step ends
 * @param ledger the position after the line of the last step
 * @param evaluation held-out figures of this step; empty when it was not evaluated
 */
public record CheckpointRequest(
        TrainingStateCopy training,
        Offsets offsets,
        LedgerPosition ledger,
        TeacherIdentity teacher,
        Map<String, Double> evaluation) {}
