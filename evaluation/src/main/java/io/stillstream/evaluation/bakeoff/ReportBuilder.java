package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.bakeoff.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.BakeoffReport.HeldOut;
import io.stillstream.evaluation.bakeoff.BakeoffReport.Result;
import io.stillstream.evaluation.statistics.Bootstrap;
import io.stillstream.evaluation.statistics.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Makes a report of finished runs. */
final class ReportBuilder {

    private static final int VERSION = 1;

    private final BakeoffPlan plan;
    private final Map<String, List<RunResult>> runs;

    /** @param runs by arm, in the order of seeds */
    ReportBuilder(BakeoffPlan plan, Map<String, List<RunResult>> runs) {
        this.plan = plan;
        this.runs = runs;
    }

    BakeoffReport report(List<HeldOut> heldOut) {
        return new BakeoffReport(
                VERSION,
                plan.baseline(),
                plan.seedNumbers(),
                plan.steps(),
                plan.stepSize().describe(),
                plan.evaluateEvery(),
                plan.arms().get(0).stream().size(),
                heldOut,
                plan.arms().stream().map(this::arm).toList());
    }

    private ArmReport arm(Arm arm) {
        List<RunResult> own = runs(arm.name());
        Map<String, Result> results = new LinkedHashMap<>();
        for (HeldOutTexts set : plan.heldOut()) {
            results.put(set.name(), result(arm, set.name()));
        }
        return new ArmReport(
                arm.name(),
                arm.settings(),
                mean(own, RunResult::tokens),
                own.stream().mapToLong(RunResult::skippedTexts).sum(),
                own.stream().mapToLong(RunResult::unappliedSteps).sum(),
                means(own, RunResult::terms),
                means(own, RunResult::gradientShares),
                curve(own),
                results,
                own);
    }

    private Result result(Arm arm, String set) {
        List<List<RecordLoss>> losses = losses(arm.name(), set);
        SeedSpread spread = SeedSpread.of(
                losses.stream().mapToDouble(RecordLoss::bitsPerByte).toArray());
        @Nullable
        Interval difference = arm.name().equals(plan.baseline())
                ? null
                : PairedLosses.of(losses, losses(plan.baseline(), set)).difference(Bootstrap.usual());
        return new Result(spread, difference);
    }

    private List<CurvePoint> curve(List<RunResult> own) {
        List<CurvePoint> curve = new ArrayList<>();
        for (int i = 0; i < own.get(0).curve().size(); i++) {
            int index = i;
            List<RunResult.Point> points =
                    own.stream().map(run -> run.curve().get(index)).toList();
            Map<String, SeedSpread> bitsPerByte = new LinkedHashMap<>();
            for (HeldOutTexts set : plan.heldOut()) {
                bitsPerByte.put(
                        set.name(),
                        SeedSpread.of(points.stream()
                                .mapToDouble(point -> point.bitsPerByte().getOrDefault(set.name(), Double.NaN))
                                .toArray()));
            }
            curve.add(new CurvePoint(points.get(0).step(), mean(points, RunResult.Point::tokens), bitsPerByte));
        }
        return curve;
    }

    private List<List<RecordLoss>> losses(String arm, String set) {
        return runs(arm).stream()
                .map(run -> run.losses().getOrDefault(set, List.of()))
                .toList();
    }

    private List<RunResult> runs(String arm) {
        return runs.getOrDefault(arm, List.of());
    }

    private static Map<String, Double> means(List<RunResult> runs, Function<RunResult, Map<String, Double>> values) {
        Set<String> names = new LinkedHashSet<>();
        runs.forEach(run -> names.addAll(values.apply(run).keySet()));
        Map<String, Double> means = new LinkedHashMap<>();
        names.forEach(name ->
                means.put(name, mean(runs, run -> values.apply(run).getOrDefault(name, 0.0))));
        return means;
    }

    private static <T> double mean(List<T> values, ToDoubleFunction<T> value) {
        return values.stream().mapToDouble(value).sum() / values.size();
    }
}
