package io.stillstream.evaluation.bakeoff.report;

import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.run.RunResult;
import io.stillstream.evaluation.bakeoff.writing.Exposure;
import io.stillstream.statistics.Interval;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All numbers of a bake-off. Nothing in it depends on when or how fast it ran.
 *
 * @param version of this form
 * @param baselines the arms that the others are compared with; the first one decides the choice
 * @param budget how long a run trains, in the unit
 * @param unit of the budget and of the evaluations' distance
 * @param step what one optimizer step takes of the stream, for a person
 * @param texts how many texts the stream has before it is repeated
 * @param exposurePrompts the most prompts of a set that students answer by themselves before training and after it; 0 for none
 * @param family what is compared at once
 */
public record BakeoffReport(
        int version,
        List<String> baselines,
        List<Long> seeds,
        long budget,
        BudgetUnit unit,
        String step,
        long evaluateEvery,
        int texts,
        int exposurePrompts,
        Family family,
        List<StudentReport> students) {

    /**
     * The comparisons that one set's table makes, and how their intervals are corrected for their number (Bonferroni).
     *
     * @param comparisons each arm with each baseline, a pair of baselines once
     * @param confidence that all intervals of a table hold at once
     * @param comparisonConfidence of each corrected interval
     * @param resamples of the bootstrap
     */
    public record Family(int comparisons, double confidence, double comparisonConfidence, int resamples) {}

    /**
     * What came of one student.
     *
     * @param sets in the order of the table: those for selection, then those for confirmation
     * @param choice null where no set is for selection
     */
    public record StudentReport(
            String name, List<HeldOut> sets, @Nullable ArmChoice choice, List<ArmReport> arms) {

        /** Whether this is the arm that the selection sets chose. */
        public boolean isChosen(String arm) {
            return choice != null && arm.equals(choice.arm());
        }
    }

    /**
     * A held-out set.
     *
     * @param records that are measured
     * @param conversations that these are of: what the bootstrap draws
     * @param refused that the student cannot take: their prompt fills its context window
     * @param bytes of the responses measured
     * @param teacherBitsPerByte the teacher's own loss on them
     */
    public record HeldOut(
            String name,
            SetRole role,
            int records,
            int conversations,
            int refused,
            long bytes,
            double teacherBitsPerByte) {}

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
     * @param exposure by held-out set, what its students write by themselves, means over seeds; empty where they do not
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
            Map<String, Exposure> exposure,
            List<RunResult> runs) {}

    /**
     * One evaluation, means over seeds.
     *
     * @param steps that were taken before it
     * @param labelTokens of the texts of those, in the student's tokens; the same for every arm
     * @param bitsPerByte by held-out set, over the seeds
     */
    public record CurvePoint(double steps, double labelTokens, Map<String, SeedSpread> bitsPerByte) {

        /** How far the runs were, in this unit. */
        public double at(BudgetUnit unit) {
            return unit == BudgetUnit.STEPS ? steps : labelTokens;
        }
    }

    /**
     * Where an arm ended on a held-out set.
     *
     * @param bitsPerByte over the seeds
     * @param differences by baseline; none from itself
     */
    public record Result(SeedSpread bitsPerByte, Map<String, Difference> differences) {}

    /**
     * An arm's bits per byte less a baseline's, below 0 where the arm is better.
     *
     * @param nominal with the interval of this comparison alone
     * @param corrected with the interval that holds together with all others of the table
     */
    public record Difference(Interval nominal, Interval corrected) {}
}
