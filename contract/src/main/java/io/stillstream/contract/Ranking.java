package io.stillstream.contract;

/** What SEQUENCE columns are ranked by, summed over the response. */
public enum Ranking {
    /** The softmax probabilities: the MultiLevelOT paper's. */
    PROBABILITY,
    /** The softmax of logits divided by their standard deviation: the authors' released code's. */
    STANDARDISED
}
