package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.statistics.Interval;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All numbers of a bake-off. Nothing in it depends on when or how fast it ran.
 *
 * @param version of this form
 * @param baseline the arm that the others are compared with
 * @param step what one optimizer step takes of the stream, for a person
 * @param texts how many texts the stream has before it is repeated
 */
public record BakeoffReport(
        int version,
        String baseline,
        List<Long> seeds,
        int steps,
        String step,
        int evaluateEvery,
        int texts,
        List<HeldOut> heldOut,
        List<ArmReport> arms) {

    /**
     * A held-out set.
     *
     * @param records that are measured
     * @param refused that the student cannot take: their prompt fills its context window
     * @param bytes of the responses measured
     * @param teacherBitsPerByte the teacher's own loss on them
     */
    public record HeldOut(String name, int records, int refused, long bytes, double teacherBitsPerByte) {}

    /**
     * An arm.
     *
     * @param settings what its training depends on, by dotted name
     * @param tokens predicted in training, a mean over seeds
     * @param skippedTexts of the stream that it could not train on, over all seeds
     * @param unappliedSteps steps whose gradient was not finite, over all seeds
     * @param terms means over steps and seeds of the loss's terms before their weights
     * @param gradientShares means over steps and seeds; empty where steps do not report them
     * @param curve the evaluations, means over seeds
     * @param results by held-out set, how it ended
     * @param runs by seed
     */
    public record ArmReport(
            String name,
            Map<String, String> settings,
            double tokens,
            long skippedTexts,
            long unappliedSteps,
            Map<String, Double> terms,
            Map<String, Double> gradientShares,
            List<CurvePoint> curve,
            Map<String, Result> results,
            List<RunResult> runs) {}

    /** @param bitsPerByte by held-out set, over the seeds */
    public record CurvePoint(int step, double tokens, Map<String, SeedSpread> bitsPerByte) {}

    /**
     * Where an arm ended on a held-out set.
     *
     * @param bitsPerByte over the seeds
     * @param difference from the baseline, below 0 where the arm is better; null for the baseline itself
     */
    public record Result(SeedSpread bitsPerByte, @Nullable Interval difference) {}
}
