package io.stillstream.evaluation.bakeoff.plan;

import io.stillstream.evaluation.EvaluationException;

/**
 * How long a run trains, and how far apart its evaluations are. It is spent on the texts of the stream in their order and not
 * on what an arm makes of them, so that all arms train on the same texts. The step that reaches the amount is the last one
 * and is taken whole.
 *
 * @param unit what both are counted in
 * @param amount how much there is to spend
 * @param evaluateEvery how much lies between two evaluations
 */
public record Budget(BudgetUnit unit, long amount, long evaluateEvery) {

    /** @throws EvaluationException when either number is below 1 */
    public Budget {
        requirePositive(unit.option(), amount);
        requirePositive("evaluate-every", evaluateEvery);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new EvaluationException(name + " is " + value + "; expected at least 1");
        }
    }
}
