package io.stillstream.trainer.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Groups sequences into optimizer steps of at most so many tokens.
 *
 * <p>A step is closed by the first sequence that no longer fits, which opens the next one; so steps are a function of the
 * order of sequences, not of when they arrived, and a reader that starts over at the first sequence of a step gets the same
 * steps again. A sequence that alone exceeds the budget is a step of its own.
 *
 * <p>Texts that the student wrote have a budget of their own within that of the step. Whether one fits depends on the
 * sequences since the step was opened, so it too is decided again as it was.
 */
public final class StepBatcher {

    private final long stepTokens;
    private final long studentTokens;
    private List<QueuedSequence> buffered = new ArrayList<>();
    private long tokens;
    private long tokensByStudent;

    /**
     * @param stepTokens the most tokens of a step, prompts included and padding not
     * @param studentTokens the most of them that may be of sequences that the student wrote; 0 for none
     */
    public StepBatcher(long stepTokens, long studentTokens) {
        this.stepTokens = stepTokens;
        this.studentTokens = studentTokens;
    }

    /**
     * Whether a sequence is to be {@linkplain #add added}: false for one that the student wrote and with which the step that
     * is being filled would have more of them than their budget.
     */
    public boolean admits(QueuedSequence next) {
        return !next.isStudentWritten() || tokensByStudent + next.sequence().length() <= studentTokens;
    }

    /** The sequences of a step, once this one has shown that the step is complete. It is not one of them. */
    public Optional<List<QueuedSequence>> add(QueuedSequence next) {
        int length = next.sequence().length();
        Optional<List<QueuedSequence>> complete = tokens + length > stepTokens ? flush() : Optional.empty();
        buffered.add(next);
        tokens += length;
        tokensByStudent += next.isStudentWritten() ? length : 0;
        return complete;
    }

    /** What is buffered, as a step smaller than the others; empty when nothing is. */
    public Optional<List<QueuedSequence>> flush() {
        if (buffered.isEmpty()) {
            return Optional.empty();
        }
        List<QueuedSequence> step = buffered;
        buffered = new ArrayList<>();
        tokens = 0;
        tokensByStudent = 0;
        return Optional.of(List.copyOf(step));
    }

    /** The sequences that have yet to fill a step, in their order. */
    public List<QueuedSequence> buffered() {
        return List.copyOf(buffered);
    }
}
