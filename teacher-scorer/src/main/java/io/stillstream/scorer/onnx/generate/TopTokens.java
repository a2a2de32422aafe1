package io.stillstream.scorer.onnx.generate;

/** The most likely next tokens of each row, the most likely first. Owns its arrays. */
final class TopTokens {

    private final long[] ids;
    private final float[] probabilities;
    private final float[] checks;
    private final int perRow;

    /**
     * @param ids {@code [B, N]}
     * @param probabilities {@code [B, N]}; none for greedy generation
     * @param checks {@code [B]}; NaN where a row has logits that are not finite
     * @param perRow N
     */
    TopTokens(long[] ids, float[] probabilities, float[] checks, int perRow) {
        this.ids = ids;
        this.probabilities = probabilities;
        this.checks = checks;
        this.perRow = perRow;
    }

    /** Whether a row's logits are all finite: only then has it a next token. */
    boolean finite(int row) {
        return !Float.isNaN(checks[row]);
    }

    int mostLikely(int row) {
        return (int) ids[row * perRow];
    }

    /**
     * Takes the fewest of the most likely tokens that together hold top-p, and of these the one in whose share of their mass
     * the draw falls.
     *
     * @param draw in [0, 1)
     */
    int sampled(int row, double topP, double draw) {
        int start = row * perRow;
        double mass = 0;
        int kept = 0;
        while (kept < perRow && mass < topP) {
            mass += probabilities[start + kept++];
        }
        double target = draw * mass;
        int choice = 0;
        double below = probabilities[start];
        while (choice < kept - 1 && !(target < below)) {
            below += probabilities[start + ++choice];
        }
        return (int) ids[start + choice];
    }
}
