package io.stillstream.contract.target;

/** Which of the teacher's columns a record keeps. */
public enum Selection {
    /** K columns for the whole response, ranked over all its positions: what the rank plan of MultiLevelOT needs. */
    SEQUENCE,
    /**
     * The most probable tokens of each position, with their ids, at most K: for transport by spelling, ULD and shared
     * vocabularies.
     */
    TOKEN,
    /**
     * Tokens drawn from the teacher at each position, K draws with replacement (2503.16870). A column's log-probability is
     * the logarithm of its share of the draws, whose expectation is the teacher's probability.
     */
    SAMPLED
}
