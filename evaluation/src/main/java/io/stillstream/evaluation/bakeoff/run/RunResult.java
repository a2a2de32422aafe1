package io.stillstream.evaluation.bakeoff.run;

import io.stillstream.evaluation.bakeoff.writing.Exposure;
import java.util.List;
import java.util.Map;

/**
 * What came of training one arm with one seed.
 *
 * @param curve the evaluations, in the order of steps; those of all seeds have as many points
 * @param losses by held-out set the student's last losses, in the set's order
 * @param tokens predicted in training
 * @param skippedTexts how many times a text of the stream was nothing that this arm could train on
 * @param unappliedSteps steps whose gradient was not finite
 * @param terms each term of the loss before its weight, a mean over steps
 * @param gradientShares each term's share of the gradient, a mean over steps; empty where steps do not report it
 * @param exposure by held-out set, what the student writes by itself; empty where it does not
 */
public record RunResult(
        List<Point> curve,
        Map<String, List<RecordLoss>> losses,
        long tokens,
        long skippedTexts,
        long unappliedSteps,
        Map<String, Double> terms,
        Map<String, Double> gradientShares,
        Map<String, Exposure> exposure) {

    /**
     * One evaluation.
     *
     * @param step how many steps were taken before it
     * @param labelTokens of the texts of those, in the student's tokens
     * @param bitsPerByte by held-out set
     */
    public record Point(int step, long labelTokens, Map<String, Double> bitsPerByte) {}
}
