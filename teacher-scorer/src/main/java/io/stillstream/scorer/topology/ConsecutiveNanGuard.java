package io.stillstream.scorer.topology;

import io.stillstream.contract.RejectionCode;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.Scoring;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells a prompt that a teacher cannot take from a teacher that is broken: one NaN is a dead letter, many in a row stop
 * the scorer. Counts over all stream threads, because they share the teacher.
 */
public final class ConsecutiveNanGuard {

    private final int limit;
    private final AtomicInteger length = new AtomicInteger();

    /** @param limit how many in a row stop the scorer; 0 for never */
    public ConsecutiveNanGuard(int limit) {
        this.limit = limit;
    }

    /**
     * Takes note of an outcome, before any of its batch is sent: what is thrown here undoes the batch, so its prompts are
     * scored after a restart and do not become dead letters of a broken teacher.
     *
     * @throws ScorerException when it is one too many
     */
    void note(BufferedPrompt waiting, Scoring outcome) {
        boolean notFinite =
                outcome instanceof Scoring.Rejected rejected && rejected.label() == RejectionCode.NOT_FINITE;
        int inARow = length.updateAndGet(before -> notFinite ? before + 1 : 0);
        if (limit > 0 && inARow >= limit) {
            SourceRecord source = waiting.source();
            throw new ScorerException("the teacher answered NaN or infinity to " + inARow
                    + " prompts in a row, the last at " + source.topic() + "-" + source.partition() + " offset "
                    + source.offset() + ": it seems broken, so nothing of this batch is written and a restart scores it"
                    + " again. A model in fp16 that overflows needs an export in fp32 or bf16; on a GPU, compare with"
                    + " device cpu. scorer.max-not-finite (" + limit + ") says how many are endured, 0 any number");
        }
    }
}
