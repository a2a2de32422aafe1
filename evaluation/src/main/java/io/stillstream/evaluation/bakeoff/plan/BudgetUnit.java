package io.stillstream.evaluation.bakeoff.plan;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a run's length is counted in. */
public enum BudgetUnit {
    /** Optimizer steps. */
    @JsonProperty("steps")
    STEPS("steps", "steps"),

    /** The tokens of the teacher's responses, in the student's tokens. */
    @JsonProperty("label_tokens")
    LABEL_TOKENS("label tokens", "tokens");

    private final String label;
    private final String option;

    BudgetUnit(String label, String option) {
        this.label = label;
        this.option = option;
    }

    /** For a person, in the plural. */
    public String label() {
        return label;
    }

    /** What a person sets it by. */
    String option() {
        return option;
    }

    /**
     * What a run has spent.
     *
     * @param steps that it took
     * @param labelTokens of the texts of those, in the student's tokens
     */
    public long spent(int steps, long labelTokens) {
        return this == STEPS ? steps : labelTokens;
    }
}
