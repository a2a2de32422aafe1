package io.stillstream.evaluation.score;

import java.util.List;

/** A score from 0 to 1 of a text against its references; the closest of them counts. */
public enum TaskScore {
    /** 1 when the normalised texts are the same, else 0. */
    EXACT_MATCH,
    /** Of the normalised words as a bag. */
    F1,
    /** The F-measure of ROUGE-L over sentences, one a line. */
    ROUGE_LSUM;

    /**
     * The highest score that any reference gives.
     *
     * @throws IllegalArgumentException without references
     */
    public double of(String prediction, List<String> references) {
        return references.stream()
                .mapToDouble(reference -> of(prediction, reference))
                .max()
                .orElseThrow(() -> new IllegalArgumentException("there is no reference to score a text against"));
    }

    private double of(String prediction, String reference) {
        return switch (this) {
            case EXACT_MATCH -> SquadScore.exactMatch(prediction, reference);
            case F1 -> SquadScore.f1(prediction, reference);
            case ROUGE_LSUM -> RougeLsum.fMeasure(prediction, reference);
        };
    }
}
