package io.stillstream.scorer.topology.prompt;

import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stops the scorer when its teacher is broken: a prompt whose distribution is NaN is a dead letter, many in a row are a fault of
 * the teacher. Counts over all stream threads, because they share the teacher.
 */
public final class ConsecutiveNanGuard {

    private final int limit;
    private final AtomicInteger length = new AtomicInteger();

    /** @param limit how many in a row stop the scorer; 0 for never */
    public ConsecutiveNanGuard(int limit) {
        this.limit = limit;
    }

    /**
     * Counts an outcome, before any of its batch is sent: an exception here aborts the batch, so its prompts are scored after
     * a restart and do not become dead letters of a broken teacher.
     *
     * @throws ScorerException when the limit is reached
     */
    void count(BufferedPrompt prompt, Scoring scoring) {
        boolean notFinite = scoring instanceof Scoring.Rejected rejected
                && rejected.rejection().code() == RejectionCode.NOT_FINITE;
        int inARow = length.updateAndGet(before -> notFinite ? before + 1 : 0);
        if (limit > 0 && inARow >= limit) {
            SourceRecord source = prompt.source();
            throw new ScorerException("the teacher answered NaN or infinity to " + inARow
                    + " prompts in a row, the last at " + source.topic() + "-" + source.partition() + " offset "
                    + source.offset() + ": it seems broken, so nothing of this batch is written and a restart scores it"
                    + " again. A model in fp16 that overflows needs an export in fp32 or bf16; on a GPU, compare with"
                    + " device cpu. scorer.max-not-finite (" + limit + ") is the limit; 0 is none");
        }
    }
}
