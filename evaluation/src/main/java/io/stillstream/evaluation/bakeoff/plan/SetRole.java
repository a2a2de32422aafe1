package io.stillstream.evaluation.bakeoff.plan;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a held-out set is for. An arm that was chosen by a set looks better on it than it is. */
public enum SetRole {
    /** The best arm is chosen by these. */
    @JsonProperty("selection")
    SELECTION,

    /** Nothing is chosen by these: they say how good the chosen arm is. */
    @JsonProperty("confirmation")
    CONFIRMATION
}
