package io.stillstream.rollout.gate;

import io.stillstream.configuration.Check;

/**
 * What the gate asks of a candidate.
 *
 * @param margin by how many bits per byte a candidate may be worse than the champion, and than the best champion so far
 * @param level the chance that a candidate which is worse by more passes at any look; the slices together have the same chance to
 *     fail one which is not
 * @param sliceMargin by how many bits per byte a tenant's or task's records may be worse
 * @param answerMargin by how much the share of empty, of repeating and of unended answers may be higher than the champion's
 * @param mostDegenerate the largest share of empty or repeating answers that a candidate may have, whatever the champion's is
 * @param leastConversations fewer held-out conversations than this are too little evidence
 * @param leastRecords fewer held-out records than this are too little evidence
 * @param leastSliceConversations a slice with fewer conversations is not judged by itself; one that has fewer later ones is judged
 *     with older ones
 * @param mostRecords how many records are evaluated, the newest; 0 for all
 * @param lookBack how many records of each partition, before those that are later than what the snapshots had read, are searched for
 *     such older ones; 0 for none
 * @param answers to how many of the records' prompts each snapshot answers greedily; 0 for none, and no such guard
 * @param answerTokens the most tokens of such an answer
 */
public record GateConfig(
        double margin,
        double level,
        double sliceMargin,
        double answerMargin,
        double mostDegenerate,
        int leastConversations,
        int leastRecords,
        int leastSliceConversations,
        int mostRecords,
        int lookBack,
        int answers,
        int answerTokens) {

    private static final double USUAL_MARGIN = 0.02;
    private static final double USUAL_LEVEL = 0.05;
    private static final double USUAL_SLICE_MARGIN = 0.05;
    private static final double USUAL_ANSWER_MARGIN = 0.05;
    private static final double USUAL_DEGENERATE = 0.5;
    private static final int USUAL_CONVERSATIONS = 30;
    private static final int USUAL_RECORDS = 100;
    private static final int USUAL_SLICE_CONVERSATIONS = 10;
    private static final int USUAL_MOST_RECORDS = 2000;
    private static final int USUAL_LOOK_BACK = 10_000;
    private static final int USUAL_ANSWERS = 100;
    private static final int USUAL_ANSWER_TOKENS = 64;
    private static final int TWO = 2;

    /** The sum of 1/k² over all k is π²/6. */
    private static final double FIRST_SHARE = 6 / (Math.PI * Math.PI);

    public GateConfig {
        Check.above("margin", margin, 0);
        Check.that(level > 0 && level < 1, "level", level, "a number between 0 and 1");
        Check.above("sliceMargin", sliceMargin, 0);
        Check.between("answerMargin", answerMargin, 0, 1);
        Check.between("mostDegenerate", mostDegenerate, 0, 1);
        Check.atLeast("leastConversations", leastConversations, TWO);
        Check.atLeast("leastRecords", leastRecords, TWO);
        Check.atLeast("leastSliceConversations", leastSliceConversations, TWO);
        Check.atLeast("mostRecords", mostRecords, 0);
        Check.atLeast("lookBack", lookBack, 0);
        Check.atLeast("answers", answers, 0);
        Check.atLeast("answerTokens", answerTokens, 1);
    }

    public static GateConfig defaults() {
        return new GateConfig(
                USUAL_MARGIN,
                USUAL_LEVEL,
                USUAL_SLICE_MARGIN,
                USUAL_ANSWER_MARGIN,
                USUAL_DEGENERATE,
                USUAL_CONVERSATIONS,
                USUAL_RECORDS,
                USUAL_SLICE_CONVERSATIONS,
                USUAL_MOST_RECORDS,
                USUAL_LOOK_BACK,
                USUAL_ANSWERS,
                USUAL_ANSWER_TOKENS);
    }

    /**
     * The same for one of several looks at a candidate: the k-th has the share 6/(π²k²) of the level, and all of them together the
     * level, however many there are (Bonferroni).
     *
     * @param look 1 for the first
     */
    public GateConfig atLook(int look) {
        Check.atLeast("look", look, 1);
        return new GateConfig(
                margin,
                level * FIRST_SHARE / ((double) look * look),
                sliceMargin,
                answerMargin,
                mostDegenerate,
                leastConversations,
                leastRecords,
                leastSliceConversations,
                mostRecords,
                lookBack,
                answers,
                answerTokens);
    }
}
