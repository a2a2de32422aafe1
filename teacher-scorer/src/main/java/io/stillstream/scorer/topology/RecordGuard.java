package io.stillstream.scorer.topology;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.Outcome;
import io.stillstream.contract.RejectionCode;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import io.stillstream.scorer.Teacher;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scorer's one rule for what goes wrong with a record: what concerns that record makes it a dead letter with a code;
 * what concerns the process leaves this class as it came, and stops the scorer.
 *
 * <ul>
 *   <li>A {@link ContractException} concerns the record: it says what is wrong with it.
 *   <li>Any other exception concerns the record when a {@link TeacherProbe} passes, and the process when that fails too. Of a
 *       batch the halves are tried, until it is known which record fails.
 *   <li>A {@link StackOverflowError} is treated as an exception: data that is nested too deeply raises it, and it leaves the
 *       process whole. Any other error, such as one for want of memory, concerns the process.
 *   <li>A record of which the process died twice concerns the record: {@link CrashJournal} knows it at the third start.
 * </ul>
 *
 * <p>No call of Kafka belongs into guarded work: what the broker or a client throws is never a record's fault.
 */
public final class RecordGuard {

    private static final Logger LOG = LoggerFactory.getLogger(RecordGuard.class);
    private static final String OURS = "io.stillstream.";

    private final TeacherProbe probe;
    private final CrashJournal journal;

    public RecordGuard(Teacher teacher, CrashJournal journal) {
        this.probe = new TeacherProbe(teacher);
        this.journal = journal;
    }

    /**
     * The outcome of work on one record.
     *
     * @param otherwise the code of a {@link ContractException} that has none
     */
    <T> Outcome<T> guard(SourceRecord source, RejectionCode otherwise, Supplier<Outcome<T>> work) {
        PartitionOffset place = source.place();
        if (journal.isPoison(place)) {
            return Outcome.rejected(
                    RejectionCode.POISON,
                    "the scorer died again and again while it processed this record, at last alone; it was not tried"
                            + " again");
        }
        try {
            return journal.process(List.of(place), work);
        } catch (ContractException e) {
            return Outcome.rejected(e.code(otherwise), String.valueOf(e.getMessage()));
        } catch (RuntimeException | StackOverflowError e) {
            if (!probe.passes(false)) {
                throw e;
            }
            return Outcome.rejected(RejectionCode.INTERNAL_ERROR, reported(source, e));
        }
    }

    /**
     * Whether a prompt has to be run alone, because the process died while it ran with others.
     */
    boolean isSuspect(BufferedPrompt prompt) {
        return journal.isSuspect(prompt.source().place());
    }

    /** These were processed to the end. */
    void acquit(List<BufferedPrompt> prompts) {
        journal.acquit(places(prompts));
    }

    /** The outcomes of a batch, in its order; where the batch fails, those of its halves. */
    List<Scoring> guard(List<BufferedPrompt> batch, Function<List<BufferedPrompt>, List<Scoring>> run) {
        try {
            return journal.process(places(batch), () -> run.apply(batch));
        } catch (RuntimeException | StackOverflowError e) {
            if (!probe.passes(batch.get(0).admitted().lacksResponse())) {
                throw e;
            }
            if (batch.size() == 1) {
                return List.of(Scoring.rejected(
                        RejectionCode.INTERNAL_ERROR, reported(batch.get(0).source(), e)));
            }
            LOG.warn("a batch of {} prompts failed and is divided: {}", batch.size(), described(e));
        }
        int half = batch.size() / 2;
        List<Scoring> scorings = new ArrayList<>(guard(batch.subList(0, half), run));
        scorings.addAll(guard(batch.subList(half, batch.size()), run));
        return scorings;
    }

    private static List<PartitionOffset> places(List<BufferedPrompt> prompts) {
        return prompts.stream().map(prompt -> prompt.source().place()).toList();
    }

    private static String reported(SourceRecord source, Throwable failure) {
        String what = described(failure);
        LOG.warn(
                "{}-{} offset {} becomes a dead letter: {}", source.topic(), source.partition(), source.offset(), what);
        return what + ", at this record and not at a plain text";
    }

    /** Without the message of an exception that is not ours, which may quote the record. */
    private static String described(Throwable failure) {
        if (failure instanceof ScorerException) {
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
