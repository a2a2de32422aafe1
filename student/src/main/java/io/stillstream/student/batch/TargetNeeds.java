package io.stillstream.student.batch;

/**
 * What a loss reads of a record besides its text.
 *
 * @param columns the teacher's columns at its own positions
 * @param pairedColumns the teacher's columns where both sides follow the same text, and the student's tokens of the same
 *     bytes as the columns
 * @param spans the teacher's likelihoods of spans that both tokenizers cut
 * @param sharedIds the teacher's token ids as the student's own
 * @param sequenceSelection columns ranked over the response
 * @param standardisedRanking columns ranked by, and holding, standardised probabilities; false with sequenceSelection
 *     means plain ones
 * @param tokenSelection each position's most probable tokens
 */
public record TargetNeeds(
        boolean columns,
        boolean pairedColumns,
        boolean spans,
        boolean sharedIds,
        boolean sequenceSelection,
        boolean standardisedRanking,
        boolean tokenSelection) {

    /** Of the text alone. */
    public static final TargetNeeds NOTHING = new TargetNeeds(false, false, false, false, false, false, false);

    /** Whether the teacher's side of a record is read at all. */
    public boolean any() {
        return columns || pairedColumns || spans || sharedIds;
    }
}
