package io.stillstream.trainer.checkpoint;

import io.stillstream.contract.TeacherIdentity;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.offsets.Offsets;
import java.util.Map;

/**
 * Everything that a checkpoint is made of, between two steps.
 *
 * @param position where the last step ends
 * @param ledger the place after the line of the last step
 * @param evaluation held-out figures of this very step; empty where it was not measured
 */
public record CheckpointRequest(
        TrainingStateCopy training,
        Offsets position,
        LedgerPosition ledger,
        TeacherIdentity teacher,
        Map<String, Double> evaluation) {}
