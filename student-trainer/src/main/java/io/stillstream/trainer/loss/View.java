package io.stillstream.trainer.loss;

import java.util.Locale;

/** Which of the student's log-probabilities a term reads, at each response position. */
public enum View {
    /** That of the label. */
    LABEL,
    /** Those of columns that are the same all over a response. */
    COLUMNS,
    /** The same of the softmax of the standardised logits. */
    STANDARDISED,
    /** The most probable tokens of each position. */
    TOP,
    /** Those of the teacher's tokens: of its ids, in the student's vocabulary. */
    SHARED,
    /** Those of the tokens that the teacher's mass goes to. */
    TRANSPORT;

    /** Whether the ids are chosen by their sums over the response. One term at a time can choose them. */
    boolean isRanked() {
        return this == COLUMNS || this == STANDARDISED;
    }

    /** As {@code losses.py} has it. */
    String scriptName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
