package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.evaluation.bakeoff.plan.Budget;
import io.stillstream.evaluation.bakeoff.plan.StepSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;

/**
 * What a run does when: the texts of each step, when to evaluate, when to stop. It follows from the stream, the budget and
 * the seed; an arm has no part in it.
 */
public final class Schedule {

    private final List<TextLength> lengths;
    private final TextStream stream;
    private final Budget budget;
    /** What the stream has given ahead of the steps. */
    private final Queue<List<Integer>> coming = new ArrayDeque<>();

    private int steps;
    private long labelTokens;
    private long evaluated;

    /** @param lengths of the stream's texts, at least one of them with label tokens */
    public Schedule(List<TextLength> lengths, StepSize stepSize, Budget budget, long seed) {
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
        List<Integer> texts = coming.isEmpty() ? stream.nextStep() : coming.remove();
        steps++;
        labelTokens += labelTokens(texts);
        return texts;
    }

    /**
     * The indices of the texts of the steps after the one that was taken last, without taking them.
     *
     * @param most how many steps; fewer where the budget ends before
     */
    List<List<Integer>> coming(int most) {
        List<List<Integer>> texts = new ArrayList<>();
        Iterator<List<Integer>> known = List.copyOf(coming).iterator();
        long tokens = labelTokens;
        while (texts.size() < most && budget.unit().spent(steps + texts.size(), tokens) < budget.amount()) {
            List<Integer> step;
            if (known.hasNext()) {
                step = known.next();
            } else {
                step = stream.nextStep();
                coming.add(step);
            }
            texts.add(step);
            tokens += labelTokens(step);
        }
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

    private long labelTokens(List<Integer> texts) {
        return texts.stream().mapToLong(text -> lengths.get(text).labelTokens()).sum();
    }

    private long spent() {
        return budget.unit().spent(steps, labelTokens);
    }
}
