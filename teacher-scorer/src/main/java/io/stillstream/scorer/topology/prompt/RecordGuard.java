package io.stillstream.scorer.topology.prompt;

import io.stillstream.contract.rejection.ContractException;
import io.stillstream.contract.rejection.Outcome;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.huggingface.tokenizer.NativeCalls;
import io.stillstream.monitoring.crash.Attempt;
import io.stillstream.monitoring.crash.CrashJournal;
import io.stillstream.monitoring.crash.PartitionOffset;
import io.stillstream.monitoring.crash.SingleRecordGuard;
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
 * What goes wrong with a prompt, by the rule of {@link SingleRecordGuard}: the probe is a plain text that goes all the way
 * through the teacher. Of a batch that fails the halves are tried, until it is known which record fails.
 */
public final class RecordGuard {

    private static final Logger LOG = LoggerFactory.getLogger(RecordGuard.class);

    private final TeacherProbe probe;
    private final CrashJournal journal;
    private final SingleRecordGuard single;

    public RecordGuard(Teacher teacher, CrashJournal journal) {
        this.probe = new TeacherProbe(teacher);
        this.journal = journal;
        this.single = new SingleRecordGuard("scorer", ScorerException.class, "a plain text", journal);
    }

    /**
     * The outcome of work on one record.
     *
     * @param otherwise the code of a {@link ContractException} that has none
     */
    public <T> Outcome<T> guard(SourceRecord source, RejectionCode otherwise, Supplier<Outcome<T>> work) {
        return single.isPoison(source.place())
                ? new Outcome.Rejected<>(single.poison())
                : single.guard(
                        source.topic(),
                        source.place(),
                        otherwise,
                        () -> probe.passes(false),
                        () -> NativeCalls.of(source::describe, work));
    }

    /**
     * Whether a prompt has to be run alone, because the process died while it ran with others.
     */
    boolean isSuspect(BufferedPrompt prompt) {
        return journal.isSuspect(prompt.source().place());
    }

    /** These were processed to the end. */
    public void acquit(List<BufferedPrompt> prompts) {
        journal.acquit(places(prompts));
    }

    /** The outcomes of a batch, in its order; where the batch fails, those of its halves. */
    List<Scoring> guard(List<BufferedPrompt> batch, Function<List<BufferedPrompt>, List<Scoring>> run) {
        Attempt<List<Scoring>> attempt = journal.attempt(places(batch), () -> run.apply(batch));
        Throwable failure = attempt.failure();
        if (failure == null) {
            return attempt.value();
        }
        if (!probe.passes(batch.get(0).admitted().lacksResponse())) {
            throw attempt.rethrown();
        }
        if (batch.size() == 1) {
            SourceRecord source = batch.get(0).source();
            return List.of(Scoring.rejected(
                    RejectionCode.INTERNAL_ERROR, single.reported(source.topic(), source.place(), failure)));
        }
        LOG.warn("a batch of {} prompts failed and is divided: {}", batch.size(), single.described(failure));
        int half = batch.size() / 2;
        List<Scoring> scorings = new ArrayList<>(guard(batch.subList(0, half), run));
        scorings.addAll(guard(batch.subList(half, batch.size()), run));
        return scorings;
    }

    private static List<PartitionOffset> places(List<BufferedPrompt> prompts) {
        return prompts.stream().map(prompt -> prompt.source().place()).toList();
    }
}
