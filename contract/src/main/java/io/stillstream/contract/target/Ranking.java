package io.stillstream.contract.target;

/** Which distribution SEQUENCE columns are ranked by, summed over the response, and whose logarithms they hold. */
public enum Ranking {
    /** The softmax of the logits, p: the MultiLevelOT paper's, and always that of TOKEN columns. */
    PROBABILITY,
    /**
     * The softmax of standardised logits, q = softmax(l / (σ + 1e-4)), where σ is the standard deviation (of V − 1) of a
     * position's logits l over the vocabulary: the authors' released code's. Such columns hold log q, not log p.
     */
    STANDARDISED
}
