package io.stillstream.trainer.loop;

import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.routing.Crashes;
import io.stillstream.trainer.step.StepReport;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes steps in such a way that a record that ends the process in one is found: by an abort in native code, for want of
 * memory, or by an exception.
 *
 * <p>All records of a step are marked while it is taken. When a step is repeated in which the process died, the gradient of
 * each of its records is first computed alone and dropped, so that the next death says which record it is of. This changes
 * nothing: a step whose process was killed for another reason is then taken as it would have been, to the bit. A record that
 * ended the process so often alone is {@linkplain Crashes#endsSteps poison}, and training goes back to the checkpoint before
 * the step that holds it.
 */
final class StepGuard {

    private static final Logger LOG = LoggerFactory.getLogger(StepGuard.class);

    private final TrainingSession session;
    private final Crashes crashes;

    StepGuard(TrainingSession session, Crashes crashes) {
        this.session = session;
        this.crashes = crashes;
    }

    /** As {@link TrainingSession#step}. */
    StepReport step(List<QueuedSequence> batch) {
        List<PartitionOffset> records = batch.stream().map(StepGuard::place).toList();
        if (records.stream().anyMatch(crashes.steps()::isSuspect)) {
            tryAlone(batch);
        }
        StepReport report = crashes.steps().processOrDie(records, () -> session.step(batch));
        crashes.steps().acquit(records);
        crashes.alone().acquit(records);
        return report;
    }

    private void tryAlone(List<QueuedSequence> batch) {
        LOG.warn(
                "the process died in step {}: each of its {} records, the first {}, is tried alone first",
                session.steps() + 1,
                batch.size(),
                batch.get(0).record().coordinates());
        for (QueuedSequence record : batch) {
            crashes.alone().processOrDie(List.of(place(record)), () -> {
                session.rehearse(List.of(record));
                return record;
            });
        }
        LOG.warn(
                "none of the records of step {} ends the process alone, so they are trained on together. Should it die"
                        + " again, it was killed from outside or lacks memory for all of them at once, and then"
                        + " trainer.batches.max-batch-tokens has to be smaller",
                session.steps() + 1);
    }

    private static PartitionOffset place(QueuedSequence sequence) {
        return new PartitionOffset(
                sequence.record().partition().partition(), sequence.record().offset());
    }
}
