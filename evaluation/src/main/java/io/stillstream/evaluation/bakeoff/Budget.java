package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.EvaluationException;

/**
 * How long a run trains, and how far apart its evaluations are, in the same unit. It is spent on the texts of the stream in
 * their order and not on what an arm makes of them, so that all arms train on the same texts.
 */
public sealed interface Budget {

    /** How much there is to spend. */
    long amount();

    /** How much lies between two evaluations. */
    long evaluateEvery();

    /**
     * What a run has spent.
     *
     * @param steps that it took
     * @param labelTokens of the texts of those, in the student's tokens
     */
    long spent(int steps, long labelTokens);

    BudgetUnit unit();

    /** So many optimizer steps. */
    record Steps(long amount, long evaluateEvery) implements Budget {

        public Steps {
            requirePositive("steps", amount);
            requirePositive("evaluate-every", evaluateEvery);
        }

        @Override
        public long spent(int steps, long labelTokens) {
            return steps;
        }

        @Override
        public BudgetUnit unit() {
            return BudgetUnit.STEPS;
        }
    }

    /**
     * At least so many label tokens: those of the teacher's responses, in the student's tokens. The step that reaches the
     * number is the last one and is taken whole.
     */
    record Tokens(long amount, long evaluateEvery) implements Budget {

        public Tokens {
            requirePositive("tokens", amount);
            requirePositive("evaluate-every", evaluateEvery);
        }

        @Override
        public long spent(int steps, long labelTokens) {
            return labelTokens;
        }

        @Override
        public BudgetUnit unit() {
            return BudgetUnit.LABEL_TOKENS;
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new EvaluationException(name + " is " + value + "; expected at least 1");
        }
    }
}
