package io.stillstream.monitoring.crash;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A stage's one rule for what goes wrong with one record: what concerns that record makes it a dead letter with a code; what
 * concerns the process leaves this class as it came, and stops the stage.
 *
 * <ul>
 *   <li>A {@link ContractException} concerns the record: it says what is wrong with it.
 *   <li>Any other exception concerns the record when a probe passes, and the process when that fails too.
 *   <li>A {@link StackOverflowError} is treated as an exception: data that is nested too deeply raises it, and it leaves the
 *       process whole. Any other error, such as one for want of memory, concerns the process.
 *   <li>A journal that cannot be written to, on a full disk, concerns the process.
 *   <li>A record of which the process died twice concerns the record: {@link CrashJournal} knows it at the third start.
 * </ul>
 *
 * <p>No call of Kafka belongs into guarded work: what the broker or a client throws is never a record's fault.
 */
public final class SingleRecordGuard {

    private static final Logger LOG = LoggerFactory.getLogger(SingleRecordGuard.class);
    private static final String OURS = "io.stillstream.";

    private final String stage;
    private final Class<? extends RuntimeException> known;
    private final String probe;
    private final CrashJournal journal;

    /**
     * @param stage what it is called, for messages
     * @param known the stage's own exception, whose message quotes no record
     * @param probe what the record is compared with, for messages: a plain text
     */
    public SingleRecordGuard(
            String stage, Class<? extends RuntimeException> known, String probe, CrashJournal journal) {
        this.stage = stage;
        this.known = known;
        this.probe = probe;
        this.journal = journal;
    }

    /**
     * The outcome of work on one record.
     *
     * @param otherwise the code of a {@link ContractException} that has none
     * @param whole whether the same work succeeds with something that is known to be good
     */
    public <T> Outcome<T> guard(
            String topic,
            PartitionOffset place,
            RejectionCode otherwise,
            BooleanSupplier whole,
            Supplier<Outcome<T>> work) {
        Attempt<Outcome<T>> attempt = journal.attempt(List.of(place), work);
        Throwable failure = attempt.failure();
        if (failure == null) {
            return attempt.value();
        }
        if (failure instanceof ContractException e) {
            return Outcome.rejected(e.code(otherwise), String.valueOf(e.getMessage()));
        }
        if (!whole.getAsBoolean()) {
            throw attempt.rethrown();
        }
        return Outcome.rejected(RejectionCode.INTERNAL_ERROR, reported(topic, place, failure));
    }

    /** Whether the process died so often of a record that it must not be processed. */
    public boolean isPoison(PartitionOffset place) {
        return journal.isPoison(place);
    }

    /** Why a record that {@link #isPoison} is rejected. */
    public Rejection poison() {
        return new Rejection(
                RejectionCode.POISON,
                "the " + stage + " died again and again while it processed this record, at last alone; it was not tried"
                        + " again");
    }

    /** It was processed to the end. */
    public void acquit(PartitionOffset place) {
        journal.acquit(List.of(place));
    }

    /** Logs what went wrong with a record, and returns it for the dead letter. */
    public String reported(String topic, PartitionOffset place, Throwable failure) {
        String what = described(failure);
        LOG.warn("{}-{} offset {} becomes a dead letter: {}", topic, place.partition(), place.offset(), what);
        return what + ", at this record and not at " + probe;
    }

    /** Without the message of an exception that is not ours, which may quote the record. */
    public String described(Throwable failure) {
        if (known.isInstance(failure)) {
            return String.valueOf(failure.getMessage());
        }
        String place = "";
        for (StackTraceElement frame : failure.getStackTrace()) {
            if (frame.getClassName().startsWith(OURS)) {
                place = " in " + frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber();
                break;
            }
        }
        return failure.getClass().getSimpleName() + place;
    }
}
