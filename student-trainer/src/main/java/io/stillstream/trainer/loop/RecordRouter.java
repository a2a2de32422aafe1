package io.stillstream.trainer.loop;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.Split;
import io.stillstream.contract.TeacherIdentity;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.Preparation;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.heldout.HeldOutSet;
import io.stillstream.trainer.source.DeadLetters;
import io.stillstream.trainer.source.TargetsRecord;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of a record: trained on, held out, or set aside.
 *
 * <p>A student learns from one teacher, the first it meets. Teachers are the same when their weights and tokenizer are:
 * what they say about a text does not depend on the template that rendered it, and a stream may mix plain prompts with
 * templated ones.
 */
final class RecordRouter {

    private static final Logger LOG = LoggerFactory.getLogger(RecordRouter.class);
    /**
     * A stream that was scored anew begins with more records than that which cannot feed the training; a stray one in a
     * stream that goes on must not keep a restarted trainer from doing what it would have done without the restart.
     */
    private static final int STRAY_RECORDS = 32;

    private final ExampleTokenizer preparer;
    private final RecordCheck check;
    private final ExampleBuilder examples;
    private final DeadLetters deadLetters;
    private final boolean acceptsTeacher;
    private final Set<String> warned = new HashSet<>();
    private final int tolerated;
    private int strays;
    private boolean begun;
    private @Nullable TeacherIdentity teacher;
    private long cutResponses;

    /**
     * @param teacher whom the student has learned from so far; null when from nobody
     * @param acceptsTeacher whether it may learn from another one from here on: the first that is met
     */
    RecordRouter(
            ExampleTokenizer preparer,
            RecordCheck check,
            ExampleBuilder examples,
            DeadLetters deadLetters,
            @Nullable TeacherIdentity teacher,
            boolean acceptsTeacher) {
        this.preparer = preparer;
        this.check = check;
        this.examples = examples;
        this.deadLetters = deadLetters;
        this.teacher = teacher;
        this.acceptsTeacher = acceptsTeacher;
        this.tolerated = teacher == null ? 0 : STRAY_RECORDS;
    }

    /** Decides, and sends on what is to be set aside. */
    Routed judge(ConsumerRecord<byte[], byte[]> raw) {
        TargetsRecord record;
        try {
            record = TargetsRecord.decode(raw);
        } catch (ContractException e) {
            return setAside(raw, RejectionCode.UNREADABLE_RECORD, String.valueOf(e.getMessage()));
        }
        Optional<String> mismatch = mismatch(record);
        if (mismatch.isPresent()) {
            return setAside(raw, RejectionCode.INCOMPATIBLE, mismatch.get());
        }
        Preparation preparation = preparer.prepare(record.targets());
        if (preparation instanceof Preparation.Refused refused) {
            return setAside(raw, refused.kind(), refused.reason());
        }
        Preparation.Ready ready = (Preparation.Ready) preparation;
        cutResponses += ready.cut() ? 1 : 0;
        if (record.targets().split() == Split.HELD_OUT) {
            return new Routed.HeldOut(record, ready.sequence());
        }
        List<TrainingSequence> example = examples.make(ready.sequence());
        if (example.isEmpty()) {
            return setAside(
                    raw, RejectionCode.INCOMPATIBLE, "it has no labels of the kind that trainer.loss.labels asks for");
        }
        return new Routed.Trained(new QueuedSequence(record, ready.sequence(), example));
    }

    /** Puts the held-out records of a checkpoint back in their places. */
    void restore(List<TargetsRecord> records, HeldOutSet heldOut) {
        for (TargetsRecord record : records) {
            if (preparer.prepare(record.targets()) instanceof Preparation.Ready ready) {
                heldOut.add(record, ready.sequence());
            }
        }
    }

    /** Whom the student learns from; null before the first record. */
    @Nullable
    TeacherIdentity teacher() {
        return teacher;
    }

    /** Responses that reached beyond the student's context window and were cut there; counted in this process. */
    long cutResponses() {
        return cutResponses;
    }

    private Routed setAside(ConsumerRecord<byte[], byte[]> raw, RejectionCode kind, String reason) {
        deadLetters.send(raw, kind, reason);
        return new Routed.SetAside();
    }

    /** What a process reads first must be what the loss and the student's teacher ask for; later ones are set aside. */
    private Optional<String> mismatch(TargetsRecord record) {
        TeacherIdentity from = record.targets().teacher();
        TeacherIdentity known = teacher;
        if (known == null || (!begun && acceptsTeacher && !isSame(from, known))) {
            if (known != null) {
                LOG.warn(
                        "going on with the teacher {} with weights {}, as trainer.accept-changes says; it was {} with"
                                + " weights {}",
                        from.name(),
                        from.weights(),
                        known.name(),
                        known.weights());
            }
            known = from;
            teacher = from;
        }
        Optional<String> mismatch = isSame(from, known)
                ? check.mismatch(record.targets())
                : Optional.of("targets of the teacher " + from.name() + " with weights " + from.weights()
                        + "; this student learns from " + known.name() + " with weights " + known.weights());
        if (mismatch.isEmpty()) {
            begun = true;
            return mismatch;
        }
        if (!begun && ++strays > tolerated) {
            throw new TrainerException(record.coordinates() + ", "
                    + (strays == 1 ? "the first record read" : "like the " + (strays - 1) + " records read before it")
                    + ", cannot feed the training: " + mismatch.get()
                    + ". Change the loss, or score the stream with what it needs"
                    + (tolerated == 0 ? "" : "; to learn from another teacher, " + ResumeMismatch.TEACHER.remedy()));
        }
        if (warned.add(mismatch.get())) {
            LOG.warn("setting aside records, first {}: {}", record.coordinates(), mismatch.get());
        }
        return mismatch;
    }

    private static boolean isSame(TeacherIdentity left, TeacherIdentity right) {
        return left.weights().equals(right.weights()) && left.tokenizer().equals(right.tokenizer());
    }
}
