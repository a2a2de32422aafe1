package io.stillstream.trainer;

import io.stillstream.contract.Split;
import io.stillstream.contract.TeacherIdentity;
import io.stillstream.monitoring.DeadLetterReason;
import io.stillstream.trainer.batch.ExampleMaker;
import io.stillstream.trainer.batch.Preparation;
import io.stillstream.trainer.batch.QueuedSequence;
import io.stillstream.trainer.batch.RecordCheck;
import io.stillstream.trainer.batch.SequencePreparer;
import io.stillstream.trainer.evaluation.HeldOutSet;
import io.stillstream.trainer.stream.DeadLetters;
import io.stillstream.trainer.stream.TargetsRecord;
import io.stillstream.trainer.student.TrainingSequence;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    private final SequencePreparer preparer;
    private final RecordCheck check;
    private final ExampleMaker examples;
    private final HeldOutSet heldOut;
    private final DeadLetters deadLetters;
    private final Set<String> warned = new HashSet<>();
    private boolean begun;
    private @Nullable TeacherIdentity teacher;
    private long cutResponses;

    /** @param teacher whom the student has learned from so far; null when from nobody */
    Intake(
            SequencePreparer preparer,
            RecordCheck check,
            ExampleMaker examples,
            HeldOutSet heldOut,
            DeadLetters deadLetters,
            @Nullable TeacherIdentity teacher) {
        this.preparer = preparer;
        this.check = check;
        this.examples = examples;
        this.heldOut = heldOut;
        this.deadLetters = deadLetters;
        this.teacher = teacher;
    }

    /** What is to be trained on; empty for what is held out or set aside. */
    Optional<QueuedSequence> accept(TargetsRecord record) {
        if (!isExpected(record)) {
            return Optional.empty();
        }
        Preparation preparation = preparer.prepare(record.targets());
        if (preparation instanceof Preparation.Refused refused) {
            deadLetters.send(record.raw(), refused.kind(), refused.reason());
            return Optional.empty();
        }
        Preparation.Ready ready = (Preparation.Ready) preparation;
        cutResponses += ready.cut() ? 1 : 0;
        if (record.targets().split() == Split.HELD_OUT) {
            heldOut.add(record, ready.sequence());
            return Optional.empty();
        }
        List<TrainingSequence> example = examples.make(ready.sequence());
        if (example.isEmpty()) {
            deadLetters.send(
                    record.raw(),
                    DeadLetterReason.INCOMPATIBLE,
                    "it has no labels of the kind that trainer.loss.labels asks for");
            return Optional.empty();
        }
        return Optional.of(new QueuedSequence(record, ready.sequence(), example));
    }

    /** Puts the held-out records of a snapshot back in their places. */
    void restore(List<TargetsRecord> records) {
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

    /** The first record of a process must be what the loss and the student's teacher ask for; later ones are set aside. */
    private boolean isExpected(TargetsRecord record) {
        TeacherIdentity from = record.targets().teacher();
        if (teacher == null) {
            teacher = from;
        }
        Optional<String> mismatch = isSame(from, teacher)
                ? check.mismatch(record.targets())
                : Optional.of("targets of the teacher " + from.name() + " with weights " + from.weights()
                        + "; this student learns from " + teacher.name() + " with weights " + teacher.weights());
        if (mismatch.isPresent()) {
            if (!begun) {
                throw new TrainerException(record.coordinates() + ", the first record read, cannot feed the training: "
                        + mismatch.get() + ". Change the loss, or score the stream with what it needs");
            }
            if (warned.add(mismatch.get())) {
                LOG.warn("setting aside records, first {}: {}", record.coordinates(), mismatch.get());
            }
            deadLetters.send(record.raw(), DeadLetterReason.INCOMPATIBLE, mismatch.get());
            return false;
        }
        begun = true;
        return true;
    }

    private static boolean isSame(TeacherIdentity left, TeacherIdentity right) {
        return left.weights().equals(right.weights()) && left.tokenizer().equals(right.tokenizer());
    }
}
