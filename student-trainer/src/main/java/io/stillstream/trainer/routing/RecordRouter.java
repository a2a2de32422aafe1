package io.stillstream.trainer.routing;

import io.stillstream.contract.codec.EndOfSourceCodec;
import io.stillstream.contract.prompt.ResponseSource;
import io.stillstream.contract.prompt.Split;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.Rejection;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.contract.target.TeacherIdentity;
import io.stillstream.contract.target.TeacherTargets;
import io.stillstream.huggingface.tokenizer.NativeCalls;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.monitoring.crash.SingleRecordGuard;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.examples.ExampleBuilder;
import io.stillstream.trainer.examples.ExampleTokenizer;
import io.stillstream.trainer.examples.QueuedSequence;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.examples.TokenizedTarget;
import io.stillstream.trainer.offsets.Disposition;
import io.stillstream.trainer.source.RejectedRecords;
import io.stillstream.trainer.source.TargetsRecord;
import io.stillstream.trainer.step.TrainingSequence;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a record is trained on, held out, passed over or rejected, or no record but the end of a source. That a
 * text of the student's exceeds its share of a step is for the {@link io.stillstream.trainer.examples.StepBatcher} to say.
 *
 * <p>Whatever goes wrong with a record before it is part of a step makes it a dead letter ({@link SingleRecordGuard}); what
 * happens in a step is of many records, and stops training.
 */
public final class RecordRouter {

    private static final Logger LOG = LoggerFactory.getLogger(RecordRouter.class);

    // what a record goes through
    private final TeacherCheck check;
    private final Function<TeacherTargets, Outcome<TokenizedTarget>> tokenizer;
    private final ExampleBuilder examples;
    private final RejectedRecords deadLetters;
    private final KnownRecord known;

    private long truncatedResponses;
    private Crashes crashes = Crashes.none();
    private SingleRecordGuard guard = guard(CrashJournal.none());

    /**
     * @param tokenizer {@link ExampleTokenizer#tokenize}
     * @param teacher the one that the student has learned from so far; null when from none
     * @param acceptsTeacher whether it may learn from another one from now on: that of the first record read
     */
    public RecordRouter(
            RecordCheck check,
            Function<TeacherTargets, Outcome<TokenizedTarget>> tokenizer,
            ExampleBuilder examples,
            RejectedRecords deadLetters,
            @Nullable TeacherIdentity teacher,
            boolean acceptsTeacher) {
        this.check = new TeacherCheck(check, teacher, acceptsTeacher);
        this.tokenizer = tokenizer;
        this.examples = examples;
        this.deadLetters = deadLetters;
        this.known = new KnownRecord(tokenizer, examples);
    }

    /**
     * Decides, and sends a rejected record to {@code dead-letters}.
     *
     * @throws TrainerException when the stream begins with records that cannot feed the training
     */
    public Routed route(ConsumerRecord<byte[], byte[]> raw) {
        return crashes.isPoison(place(raw)) ? poison(raw) : process(raw);
    }

    /**
     * The same of a record that the ledger lists: it says whether the record is poison, whatever was counted since.
     *
     * @param listed what it was then
     */
    public Routed routeListed(ConsumerRecord<byte[], byte[]> raw, Disposition listed) {
        return listed == Disposition.POISON ? poison(raw) : process(raw);
    }

    /** From now on the journals say of which records the process died. */
    public void watch(Crashes journals) {
        crashes = journals;
        guard = guard(journals.reading());
    }

    private Routed poison(ConsumerRecord<byte[], byte[]> raw) {
        Rejection poison = guard.poison();
        LOG.warn("{}-{}@{} becomes a dead letter: {}", raw.topic(), raw.partition(), raw.offset(), poison.detail());
        deadLetters.send(raw, poison);
        return new Routed.Rejected(poison);
    }

    private Routed process(ConsumerRecord<byte[], byte[]> raw) {
        Routed routed = decide(raw);
        guard.acquit(place(raw));
        if (routed instanceof Routed.Rejected rejected) {
            deadLetters.send(raw, rejected.rejection());
        }
        return routed;
    }

    private Routed decide(ConsumerRecord<byte[], byte[]> raw) {
        if (TargetsRecord.isEndOfSource(raw)) {
            Outcome<Routed> ended =
                    guarded(raw, () -> Outcome.accepted(new Routed.Ended(EndOfSourceCodec.decode(raw.value()))));
            return outcome(ended);
        }
        Outcome<TargetsRecord> decoded = guarded(raw, () -> Outcome.accepted(TargetsRecord.decode(raw)));
        if (!(decoded instanceof Outcome.Accepted<TargetsRecord> readable)) {
            return new Routed.Rejected(((Outcome.Rejected<TargetsRecord>) decoded).rejection());
        }
        TargetsRecord record = readable.value();
        Outcome<Optional<String>> compared = guarded(raw, () -> Outcome.accepted(check.difference(record.targets())));
        if (!(compared instanceof Outcome.Accepted<Optional<String>> difference)) {
            return new Routed.Rejected(((Outcome.Rejected<Optional<String>>) compared).rejection());
        }
        Optional<String> mismatch = check.tolerated(record, difference.value());
        if (mismatch.isPresent()) {
            return rejected(RejectionCode.INCOMPATIBLE, mismatch.get());
        }
        return outcome(guarded(raw, () -> prepared(record)));
    }

    private Outcome<Routed> prepared(TargetsRecord record) {
        Outcome<TokenizedTarget> outcome = tokenizer.apply(record.targets());
        if (outcome instanceof Outcome.Rejected<TokenizedTarget> rejected) {
            return new Outcome.Rejected<>(rejected.rejection());
        }
        TokenizedTarget target = ((Outcome.Accepted<TokenizedTarget>) outcome).value();
        boolean studentWritten = record.targets().responseSource() == ResponseSource.STUDENT;
        if (record.targets().split() == Split.HELD_OUT) {
            truncatedResponses += target.truncated() ? 1 : 0;
            return Outcome.accepted(studentWritten ? new Routed.BeyondShare() : new Routed.HeldOut(record, target));
        }
        List<TrainingSequence> example = examples.make(target);
        truncatedResponses += target.truncated() ? 1 : 0;
        if (!example.isEmpty()) {
            known.isNow(record.targets());
            return Outcome.accepted(new Routed.Trained(new QueuedSequence(record, target, example)));
        }
        return Outcome.accepted(
                studentWritten
                        ? new Routed.BeyondShare()
                        : rejected(
                                RejectionCode.INCOMPATIBLE,
                                "it has no labels of the kind that trainer.loss.labels asks for"));
    }

    private <T> Outcome<T> guarded(ConsumerRecord<byte[], byte[]> raw, Supplier<Outcome<T>> work) {
        Supplier<String> described = () -> raw.topic() + "-" + raw.partition() + " offset " + raw.offset();
        return guard.guard(
                raw.topic(),
                place(raw),
                RejectionCode.UNREADABLE_RECORD,
                this::isWhole,
                () -> NativeCalls.of(described, work));
    }

    private static Routed outcome(Outcome<Routed> outcome) {
        return outcome instanceof Outcome.Rejected<Routed> rejected
                ? new Routed.Rejected(rejected.rejection())
                : ((Outcome.Accepted<Routed>) outcome).value();
    }

    /** Whether the fault is the record's that fails, and not the process's. */
    private boolean isWhole() {
        try {
            known.prepare();
            return true;
        } catch (RuntimeException | StackOverflowError e) {
            LOG.warn("a record that was good before cannot be prepared either: {}", guard.described(e));
            return false;
        }
    }

    private static SingleRecordGuard guard(CrashJournal journal) {
        return new SingleRecordGuard("trainer", TrainerException.class, "one that was good before", journal);
    }

    private static PartitionOffset place(ConsumerRecord<byte[], byte[]> raw) {
        return new PartitionOffset(raw.partition(), raw.offset());
    }

    /** The teacher that the student learns from; null before the first record. */
    public @Nullable TeacherIdentity teacher() {
        return check.teacher();
    }

    /** Responses that were truncated at the student's context window; counted in this process. */
    public long truncatedResponses() {
        return truncatedResponses;
    }

    private static Routed rejected(RejectionCode code, String detail) {
        return new Routed.Rejected(new Rejection(code, detail));
    }
}
