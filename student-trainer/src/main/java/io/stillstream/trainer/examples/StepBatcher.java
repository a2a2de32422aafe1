package io.stillstream.trainer.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Groups sequences into optimizer steps of so many tokens.
 *
 * <p>A step is full with the sequence that brings it to its budget, and none is divided: so a step is less than one sequence
 * above the budget. Steps are a function of the order of sequences, not of when they arrived, and what comes after a step
 * has no part in where it ends: a reader that starts over behind a step gets the same steps again, and one that passes over
 * records from there on gets those that it would have got without them.
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
     * @param stepTokens the tokens with which a step is full, prompts included and padding not; 1 or more
     * @param studentTokens the most tokens of a step that may be of sequences that the student wrote; 0 for none
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

    /** Adds a sequence to the step that is being filled. */
    public void add(QueuedSequence next) {
        int length = next.sequence().length();
        buffered.add(next);
        tokens += length;
        tokensByStudent += next.isStudentWritten() ? length : 0;
    }

    /** Whether the step that is being filled has reached its budget. */
    public boolean isFull() {
        return tokens >= stepTokens;
    }

    /** The sequences of the step that is being filled, full or not; the next one begins. Empty when there are none. */
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
