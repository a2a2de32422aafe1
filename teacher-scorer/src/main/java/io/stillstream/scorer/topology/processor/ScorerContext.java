package io.stillstream.scorer.topology.processor;

import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.distillation.ScorerMeters;
import io.stillstream.scorer.MicroBatches;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.prompt.BatchScorer;
import io.stillstream.scorer.topology.prompt.ConsecutiveNanGuard;
import io.stillstream.scorer.topology.prompt.PromptBuffer;
import io.stillstream.scorer.topology.prompt.PromptReader;
import io.stillstream.scorer.topology.prompt.RecordGuard;
import java.time.Clock;

/** What the processors of all partitions share; safe for use by several threads. */
record ScorerContext(
        ScorerConfig config,
        Teacher teacher,
        ScorerMeters meters,
        Clock clock,
        BufferedCount bufferedCount,
        ConsecutiveNanGuard nanGuard,
        RecordGuard guard,
        DroppedTurnReport droppedTurns) {

    ScorerContext(ScorerConfig config, Teacher teacher, CrashJournal journal, ScorerMeters meters, Clock clock) {
        this(
                config,
                teacher,
                meters,
                clock,
                new BufferedCount(meters),
                new ConsecutiveNanGuard(config.maxNotFinite()),
                new RecordGuard(teacher, journal),
                new DroppedTurnReport(teacher.identity().name(), meters));
    }

    PromptBuffer buffer() {
        return new PromptBuffer(config.maxBatchTokens(), config.maxBatchRecords(), config.linger());
    }

    PromptReader reader() {
        return new PromptReader(teacher);
    }

    BatchScorer scorer() {
        var batches = new MicroBatches(config.maxBatchTokens(), config.maxBatchRecords());
        return new BatchScorer(teacher, batches, nanGuard, guard, meters, clock);
    }
}
