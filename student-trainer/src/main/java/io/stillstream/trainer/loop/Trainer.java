package io.stillstream.trainer.loop;

import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.StepBatcher;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.ledger.LedgerPosition;
import io.stillstream.trainer.rewind.RewindControl;
import io.stillstream.trainer.routing.RecordRouter;
import io.stillstream.trainer.routing.Routed;
import io.stillstream.trainer.source.MergedRecord;
import io.stillstream.trainer.source.MergedTopicReader;
import io.stillstream.trainer.source.StreamCursor;
import io.stillstream.trainer.step.StepReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads records, and takes an optimizer step whenever enough have been read, or a source has ended.
 *
 * <p>Which records a step is made of depends on their order alone, except for two decisions of the clock: that a partition
 * was not waited for any longer ({@link MergedTopicReader}), or a step not ({@link TrainerConfig.Batches}). The ledger
 * lists each step before it is taken, so a restart repeats these decisions. A step ends with the record that fills it, or with
 * the last marker of a source's end, which is a record too; whoever resumes behind it takes the same steps as without the
 * interruption.
 */
final class Trainer {

    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);
    private static final Duration POLL = Duration.ofMillis(200);

    // records in
    private final String topic;
    private final MergedTopicReader reader;
    private final RecordRouter router;
    private final StreamCursor cursor;
    private final LedgerReplay replay;

    // steps
    private final StepBatcher batcher;
    private final HeldOutSet heldOut;
    private final TrainingSession session;
    private final StepGuard steps;

    // what is kept and shown
    private final Ledger ledger;
    private final CheckpointScheduler scheduler;
    private final TrainingMetrics metrics;
    private final PassedLines passed;

    private final TrainerConfig.Batches batches;
    private long lastRecordNanos = System.nanoTime();

    Trainer(
            TrainerConfig config,
            String topic,
            MergedTopicReader reader,
            RecordRouter router,
            StreamCursor cursor,
            HeldOutSet heldOut,
            TrainingSession session,
            StepGuard steps,
            Ledger ledger,
            CheckpointScheduler scheduler,
            TrainingMetrics metrics) {
        this.batches = config.batches();
        this.topic = topic;
        this.reader = reader;
        this.router = router;
        this.cursor = cursor;
        this.replay = new LedgerReplay(topic, reader, router, cursor, POLL);
        this.batcher = new StepBatcher(batches.stepTokens(), config.studentTokens());
        this.heldOut = heldOut;
        this.session = session;
        this.steps = steps;
        this.ledger = ledger;
        this.scheduler = scheduler;
        this.metrics = metrics;
        this.passed = new PassedLines(topic, reader, cursor, ledger, System::nanoTime);
    }

    /**
     * Repeats the steps that the ledger lists beyond the checkpoint, trains until stopped, and publishes what was learned.
     *
     * @param control asked between two steps whether training goes on from elsewhere; then nothing more is done here
     * @return whether it does
     * @throws TrainerException when training cannot go on: records are gone, the disk is full, another trainer took over
     */
    boolean train(List<Ledger.Listed> listed, RewindControl control, BooleanSupplier stopping) {
        scheduler.begin();
        repeat(listed, stopping);
        while (!stopping.getAsBoolean()) {
            if (control.isDue() && goesBack(control)) {
                return true;
            }
            Optional<MergedRecord> next = reader.next(POLL);
            if (next.isPresent()) {
                lastRecordNanos = System.nanoTime();
                passed.read();
                Routed routed = withinShare(router.route(next.get().raw()));
                if (routed instanceof Routed.Trained trained) {
                    batcher.add(trained.sequence());
                } else if (routed instanceof Routed.HeldOut kept) {
                    heldOut.buffer(kept.record(), kept.target());
                } else if (routed instanceof Routed.BeyondShare) {
                    metrics.recordPassedOver();
                }
                cursor.add(next.get(), routed.disposition());
                boolean atEnd = routed instanceof Routed.Ended ended && cursor.addEnd(next.get(), ended.end());
                if (atEnd || batcher.isFull()) {
                    batcher.flush().ifPresent(this::closeStep);
                }
            } else {
                if (isIdle()) {
                    batcher.flush().ifPresent(this::closeStep);
                }
                passed.idle();
            }
            scheduler.saveDue();
            metrics.update(session, reader);
        }
        passed.note();
        scheduler.finish();
        metrics.update(session, reader);
        return false;
    }

    private boolean goesBack(RewindControl control) {
        scheduler.settle();
        return control.obey();
    }

    /** What was read and waits for its step to be full. */
    List<QueuedSequence> waiting() {
        return batcher.buffered();
    }

    private Routed withinShare(Routed routed) {
        return routed instanceof Routed.Trained trained && !batcher.admits(trained.sequence())
                ? new Routed.BeyondShare()
                : routed;
    }

    /** No step is taken that the ledger does not list. */
    private void closeStep(List<QueuedSequence> batch) {
        take(batch, ledger.append(new LedgerEntry.Stepped(session.steps() + 1, topic, cursor.closeStep())));
    }

    private void take(List<QueuedSequence> batch, LedgerPosition end) {
        heldOut.addBuffered();
        scheduler.before();
        long started = System.nanoTime();
        StepReport step = steps.step(batch);
        metrics.record(step, batch, Duration.ofNanos(System.nanoTime() - started));
        scheduler.after(step, end);
    }

    private void repeat(List<Ledger.Listed> listed, BooleanSupplier stopping) {
        if (!listed.isEmpty()) {
            LOG.info("repeating {} steps that the ledger lists after step {}", listed.size(), session.steps());
        }
        for (Ledger.Listed next : listed) {
            Optional<List<Routed>> records = replay.read(next.step(), session.steps() + 1, stopping);
            if (records.isEmpty()) {
                return;
            }
            List<QueuedSequence> batch = new ArrayList<>();
            for (Routed routed : records.get()) {
                if (routed instanceof Routed.Trained trained) {
                    batch.add(trained.sequence());
                } else if (routed instanceof Routed.HeldOut kept) {
                    heldOut.buffer(kept.record(), kept.target());
                }
            }
            take(batch, next.end());
            scheduler.saveDue();
            metrics.update(session, reader);
        }
    }

    private boolean isIdle() {
        return batches.flushPartialBatches()
                && System.nanoTime() - lastRecordNanos >= batches.linger().toNanos();
    }
}
