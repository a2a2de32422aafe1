package io.stillstream.trainer.loop;

import io.stillstream.contract.ContractException;
import io.stillstream.contract.Outcome;
import io.stillstream.contract.Rejection;
import io.stillstream.contract.RejectionCode;
import io.stillstream.contract.ResponseSource;
import io.stillstream.contract.Split;
import io.stillstream.contract.TeacherIdentity;
import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.config.ResumeMismatch;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.examples.TokenizedTarget;
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
 * Decides whether a record is trained on, held out, passed over or rejected, or no record but the end of a source. That a text of the student's exceeds its share of a
 * step is for the {@link io.stillstream.trainer.examples.StepBatcher} to say.
 *
 * <p>A student learns from one teacher: that of its checkpoint, or of the first record read. Two teachers are the same
 * when their weights and tokenizers are: their probabilities of a text do not depend on the chat template that rendered
 * it, so a stream may mix plain and rendered prompts.
 */
final class RecordRouter {

    private static final Logger LOG = LoggerFactory.getLogger(RecordRouter.class);
    /**
     * After a restart so many records that cannot feed the training are rejected before the trainer stops: a few stray ones
     * must not keep it from resuming, and a stream that was scored by another teacher has more.
     */
    private static final int STRAY_RECORDS = 32;

    // what a record goes through
    private final RecordCheck check;
    private final ExampleTokenizer tokenizer;
    private final ExampleBuilder examples;
    private final DeadLetters deadLetters;

    // what the training accepts
    private final boolean acceptsTeacher;
    private final int toleratedStrays;

    // what was seen so far
    private @Nullable TeacherIdentity teacher;
    private boolean begun;
    private int strays;
    private long truncatedResponses;
    private final Set<String> logged = new HashSet<>();

    /**
     * @param teacher the one that the student has learned from so far; null when from none
     * @param acceptsTeacher whether it may learn from another one from now on: that of the first record read
     */
    RecordRouter(
            RecordCheck check,
            ExampleTokenizer tokenizer,
            ExampleBuilder examples,
            DeadLetters deadLetters,
            @Nullable TeacherIdentity teacher,
            boolean acceptsTeacher) {
        this.check = check;
        this.tokenizer = tokenizer;
        this.examples = examples;
        this.deadLetters = deadLetters;
        this.teacher = teacher;
        this.acceptsTeacher = acceptsTeacher;
        this.toleratedStrays = teacher == null ? 0 : STRAY_RECORDS;
    }

    /**
     * Decides, and sends a rejected record to {@code dead-letters}.
     *
     * @throws TrainerException when the stream begins with records that cannot feed the training
     */
    Routed route(ConsumerRecord<byte[], byte[]> raw) {
        Routed routed = decide(raw);
        if (routed instanceof Routed.Rejected rejected) {
            deadLetters.send(raw, rejected.rejection());
        }
        return routed;
    }

    private Routed decide(ConsumerRecord<byte[], byte[]> raw) {
        TargetsRecord record;
        try {
            if (TargetsRecord.isEndOfSource(raw)) {
                return new Routed.Ended(EndOfSourceCodec.decode(raw.value()));
            }
            record = TargetsRecord.decode(raw);
        } catch (ContractException e) {
            return rejected(RejectionCode.UNREADABLE_RECORD, String.valueOf(e.getMessage()));
        }
        Optional<String> mismatch = mismatch(record);
        if (mismatch.isPresent()) {
            return rejected(RejectionCode.INCOMPATIBLE, mismatch.get());
        }
        Outcome<TokenizedTarget> outcome = tokenizer.tokenize(record.targets());
        if (outcome instanceof Outcome.Rejected<TokenizedTarget> rejected) {
            return new Routed.Rejected(rejected.rejection());
        }
        TokenizedTarget target = ((Outcome.Accepted<TokenizedTarget>) outcome).value();
        truncatedResponses += target.truncated() ? 1 : 0;
        boolean studentWritten = record.targets().responseSource() == ResponseSource.STUDENT;
        if (record.targets().split() == Split.HELD_OUT) {
            return studentWritten ? new Routed.BeyondShare() : new Routed.HeldOut(record, target);
        }
        List<TrainingSequence> example = examples.make(target);
        if (!example.isEmpty()) {
            return new Routed.Trained(new QueuedSequence(record, target, example));
        }
        return studentWritten
                ? new Routed.BeyondShare()
                : rejected(
                        RejectionCode.INCOMPATIBLE, "it has no labels of the kind that trainer.loss.labels asks for");
    }

    /** The teacher that the student learns from; null before the first record. */
    @Nullable
    TeacherIdentity teacher() {
        return teacher;
    }

    /** Responses that were truncated at the student's context window; counted in this process. */
    long truncatedResponses() {
        return truncatedResponses;
    }

    private static Routed rejected(RejectionCode code, String detail) {
        return new Routed.Rejected(new Rejection(code, detail));
    }

    /** The first records must be what the loss and the student's teacher ask for; later ones are rejected if not. */
    private Optional<String> mismatch(TargetsRecord record) {
        TeacherIdentity found = record.targets().teacher();
        TeacherIdentity expected = teacher;
        if (expected == null || (!begun && acceptsTeacher && !isSame(found, expected))) {
            if (expected != null) {
                LOG.warn(
                        "training continues with the teacher {} with weights {}, as trainer.accept-changes allows; it was"
                                + " {} with weights {}",
                        found.name(),
                        found.weights(),
                        expected.name(),
                        expected.weights());
            }
            expected = found;
            teacher = found;
        }
        Optional<String> mismatch = isSame(found, expected)
                ? check.mismatch(record.targets())
                : Optional.of("targets of the teacher " + found.name() + " with weights " + found.weights()
                        + "; this student learns from " + expected.name() + " with weights " + expected.weights());
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
