package io.stillstream.trainer.routing;

import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.source.TargetsRecord;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether records can feed the training: are of the teacher that the student learns from, and hold what its loss needs.
 *
 * <p>A student learns from one teacher: that of its checkpoint, or of the first record read. Two teachers are the same
 * when their weights and tokenizers are: their probabilities of a text do not depend on the chat template that rendered
 * it, so a stream may mix plain and rendered prompts.
 */
final class TeacherCheck {

    private static final Logger LOG = LoggerFactory.getLogger(TeacherCheck.class);
    /**
     * After a restart so many records that cannot feed the training are rejected before the trainer stops: a few stray ones
     * must not keep it from resuming, and a stream that was scored by another teacher has more.
     */
    private static final int STRAY_RECORDS = 32;

    private final RecordCheck check;
    private final boolean acceptsTeacher;
    private final int toleratedStrays;
    private final Set<String> logged = new HashSet<>();
    private @Nullable TeacherIdentity teacher;
    private boolean begun;
    private int strays;

    /**
     * @param teacher the one that the student has learned from so far; null when from none
     * @param acceptsTeacher whether it may learn from another one from now on: that of the first record read
     */
    TeacherCheck(RecordCheck check, @Nullable TeacherIdentity teacher, boolean acceptsTeacher) {
        this.check = check;
        this.teacher = teacher;
        this.acceptsTeacher = acceptsTeacher;
        this.toleratedStrays = teacher == null ? 0 : STRAY_RECORDS;
    }

    /** The teacher that the student learns from; null before the first record. */
    @Nullable
    TeacherIdentity teacher() {
        return teacher;
    }

    /** What keeps a record of a teacher from being trained on; the first record says which teacher is meant. */
    Optional<String> difference(TeacherTargets targets) {
        TeacherIdentity found = targets.teacher();
        TeacherIdentity expected = expected(found);
        return isSame(found, expected)
                ? check.mismatch(targets)
                : Optional.of("targets of the teacher " + found.name() + " with weights " + found.weights()
                        + "; this student learns from " + expected.name() + " with weights " + expected.weights());
    }

    private TeacherIdentity expected(TeacherIdentity found) {
        TeacherIdentity expected = teacher;
        if (expected != null && (begun || !acceptsTeacher || isSame(found, expected))) {
            return expected;
        }
        if (expected != null) {
            LOG.warn(
                    "training continues with the teacher {} with weights {}, as trainer.accept-changes allows; it was"
                            + " {} with weights {}",
                    found.name(),
                    found.weights(),
                    expected.name(),
                    expected.weights());
        }
        teacher = found;
        return found;
    }

    /**
     * The same, once it was seen what a record is: the first ones must be what the loss and the student's teacher ask for,
     * later ones are rejected if not.
     *
     * @throws TrainerException when the stream begins with records that cannot feed the training
     */
    Optional<String> tolerated(TargetsRecord record, Optional<String> mismatch) {
        if (mismatch.isEmpty()) {
            begun = true;
            return mismatch;
        }
        if (!begun && ++strays > toleratedStrays) {
            throw new TrainerException(record.coordinates() + ", "
                    + (strays == 1 ? "the first record read" : "like the " + (strays - 1) + " records read before it")
                    + ", cannot feed the training: " + mismatch.get()
                    + ". Change the loss, or score the stream with what it needs"
                    + (toleratedStrays == 0
                            ? ""
                            : "; to learn from another teacher, " + ResumeMismatch.TEACHER.remedy()));
        }
        if (logged.add(mismatch.get())) {
            LOG.warn("rejecting records, first {}: {}", record.coordinates(), mismatch.get());
        }
        return mismatch;
    }

    private static boolean isSame(TeacherIdentity left, TeacherIdentity right) {
        return left.weights().equals(right.weights()) && left.tokenizer().equals(right.tokenizer());
    }
}
