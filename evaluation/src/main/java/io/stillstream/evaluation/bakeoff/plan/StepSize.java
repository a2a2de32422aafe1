package io.stillstream.evaluation.bakeoff.plan;

import io.stillstream.evaluation.EvaluationException;

/** How much of the stream is one optimizer step: the same for every arm. */
public sealed interface StepSize {

    /**
     * Whether the next text still belongs to a step.
     *
     * @param texts that the step has
     * @param tokens that those have
     * @param next the tokens of the next one
     */
    boolean hasRoom(int texts, long tokens, int next);

    /** For a person. */
    String describe();

    /** So many texts, however long. */
    record Texts(int count) implements StepSize {

        public Texts {
            if (count < 1) {
                throw new EvaluationException("texts per step is " + count + "; expected at least 1");
            }
        }

        @Override
        public boolean hasRoom(int texts, long tokens, int next) {
            return texts < count;
        }

        @Override
        public String describe() {
            return count + (count == 1 ? " text" : " texts");
        }
    }

    /**
     * At most so many tokens, the student's, of prompts and the teacher's responses; a text that alone has more is a step
     * of its own. What an arm makes of the texts does not count, so that all arms have the same steps.
     */
    record Tokens(long count) implements StepSize {

        public Tokens {
            if (count < 1) {
                throw new EvaluationException("tokens per step is " + count + "; expected at least 1");
            }
        }

        @Override
        public boolean hasRoom(int texts, long tokens, int next) {
            return texts == 0 || tokens + next <= count;
        }

        @Override
        public String describe() {
            return "at most " + count + " tokens";
        }
    }
}
