package io.stillstream.evaluation.bakeoff;

import java.util.List;

/**
 * What a run does when: the texts of each step, when to evaluate, when to stop. It follows from the stream, the budget and
 * the seed; an arm has no part in it.
 */
final class Schedule {

    private final List<TextLength> lengths;
    private final TextStream stream;
    private final Budget budget;
    private int steps;
    private long labelTokens;
    private long evaluated;

    /** @param lengths of the stream's texts, at least one of them with label tokens */
    Schedule(List<TextLength> lengths, StepSize stepSize, Budget budget, long seed) {
        this.lengths = lengths;
        this.stream =
                new TextStream(lengths.stream().mapToInt(TextLength::tokens).toArray(), stepSize, seed);
        this.budget = budget;
    }

    /** Whether the budget has room for another step. */
    boolean goesOn() {
        return spent() < budget.amount();
    }

    /** The indices of the next step's texts. */
    List<Integer> nextStep() {
        List<Integer> texts = stream.nextStep();
        steps++;
        texts.forEach(text -> labelTokens += lengths.get(text).labelTokens());
        return texts;
    }

    /**
     * How many points of the curve are due after the step that was taken last: one for each multiple of the distance that
     * it reached, and one for the end. It is more than one where a step is longer than that, so that the curves of all seeds
     * have as many points.
     */
    int pointsDue() {
        long reached = Math.min(spent(), budget.amount());
        long marks = reached / budget.evaluateEvery();
        boolean endsBetweenMarks = !goesOn() && reached % budget.evaluateEvery() != 0;
        int due = (int) (marks - evaluated) + (endsBetweenMarks ? 1 : 0);
        evaluated = marks;
        return due;
    }

    /** The steps that were taken. */
    int steps() {
        return steps;
    }

    /** The label tokens of the texts of those. */
    long labelTokens() {
        return labelTokens;
    }

    private long spent() {
        return budget.unit().spent(steps, labelTokens);
    }
}
