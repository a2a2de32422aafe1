package io.stillstream.trainer.loss;

/** What a term may need of a record besides its text. */
public enum TargetNeed {
    /** The teacher's columns at its own positions. */
    COLUMNS,
    /**
     * The teacher's columns where both sides follow the same text, and the student's tokens of the same bytes as the
     * columns.
     */
    PAIRED_COLUMNS,
    /** The teacher's likelihoods of spans whose ends are token boundaries of both tokenizers. */
    SPANS,
    /** The teacher's columns where both sides follow the same text, and its token ids as the student's own. */
    SHARED_IDS,
    /** Columns ranked over the response: {@code teacher.selection: sequence}. */
    SEQUENCE_SELECTION,
    /** Columns ranked by, and holding, standardised probabilities: {@code teacher.ranking: standardised}. */
    STANDARDISED_RANKING,
    /** The teacher's columns in the student's tokens, by their spelling: of each position's own, or drawn there. */
    TRANSPORT,
    /** Each position's most probable tokens: {@code teacher.selection: token}. */
    TOKEN_SELECTION
}
