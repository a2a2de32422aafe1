package io.stillstream.evaluation.bakeoff;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.stillstream.evaluation.bakeoff.BakeoffReport.CurvePoint;

/** What a run's length is counted in. */
public enum BudgetUnit {
    /** Optimizer steps. */
    @JsonProperty("steps")
    STEPS("steps"),

    /** The tokens of the teacher's responses, in the student's tokens. */
    @JsonProperty("label_tokens")
    LABEL_TOKENS("label tokens");

    private final String label;

    BudgetUnit(String label) {
        this.label = label;
    }

    /** For a person, in the plural. */
    public String label() {
        return label;
    }

    /** How far a run was at an evaluation. */
    public double at(CurvePoint point) {
        return this == STEPS ? point.steps() : point.labelTokens();
    }
}
