package io.stillstream.trainer.report;

/**
 * What a run did in branches that it has left since.
 *
 * @param steps optimizer steps
 * @param records responses trained on
 * @param tokens response tokens trained on
 * @param truncated responses that were truncated at the student's context window
 */
public record TrainingTotals(long steps, long records, long tokens, long truncated) {

    public static final TrainingTotals NONE = new TrainingTotals(0, 0, 0, 0);

    public TrainingTotals plus(TrainingTotals more) {
        return new TrainingTotals(
                steps + more.steps, records + more.records, tokens + more.tokens, truncated + more.truncated);
    }

    /** @param last what the run did in its last branch */
    public TrainingReport addedTo(TrainingReport last) {
        return new TrainingReport(
                last.initialStudent(),
                last.baseline(),
                last.trained(),
                last.steps() + steps,
                last.records() + records,
                last.tokens() + tokens,
                last.truncatedResponses() + truncated,
                last.waiting(),
                last.tokensPerSecond(),
                last.lastSnapshot());
    }
}
