package io.stillstream.evaluation.bakeoff.report;

import io.stillstream.evaluation.bakeoff.plan.Arm;
import io.stillstream.evaluation.bakeoff.plan.BakeoffPlan;
import io.stillstream.evaluation.bakeoff.plan.HeldOutTexts;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Difference;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Family;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Result;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.StudentReport;
import io.stillstream.evaluation.bakeoff.run.PreparedHeldOut;
import io.stillstream.evaluation.bakeoff.run.RecordLoss;
import io.stillstream.evaluation.bakeoff.run.RunResult;
import io.stillstream.evaluation.bakeoff.writing.Exposure;
import io.stillstream.statistics.Bonferroni;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.BootstrapDraws;
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
public final class ReportBuilder {

    private static final int VERSION = 3;

    private final BakeoffPlan plan;
    private final Family family;
    private final Bootstrap bootstrap;

    public ReportBuilder(BakeoffPlan plan) {
        this.plan = plan;
        Bonferroni comparisons =
                Bonferroni.ofBaselines(plan.arms().size(), plan.baselines().size());
        double confidence = comparisons.confidence(Bootstrap.USUAL_CONFIDENCE);
        this.bootstrap = Bootstrap.upTo(confidence);
        this.family =
                new Family(comparisons.comparisons(), Bootstrap.USUAL_CONFIDENCE, confidence, bootstrap.resamples());
    }

    public BakeoffReport report(List<StudentReport> students) {
        return new BakeoffReport(
                VERSION,
                plan.baselines(),
                plan.seedNumbers(),
                plan.budget().amount(),
                plan.budget().unit(),
                plan.stepSize().describe(),
                plan.budget().evaluateEvery(),
                plan.arms().get(0).stream().size(),
                plan.exposure().prompts(),
                family,
                students);
    }

    /** @param runs by arm, in the order of seeds */
    public StudentReport student(String name, List<PreparedHeldOut> heldOut, Map<String, List<RunResult>> runs) {
        Map<String, List<String>> conversations = new LinkedHashMap<>();
        heldOut.forEach(set -> conversations.put(set.name(), set.conversations()));
        List<ArmReport> arms =
                plan.arms().stream().map(arm -> arm(arm, conversations, runs)).toList();
        return new StudentReport(
                name, heldOut.stream().map(ReportBuilder::describe).toList(), choice(arms), arms);
    }

    private ArmReport arm(Arm arm, Map<String, List<String>> conversations, Map<String, List<RunResult>> runs) {
        List<RunResult> own = of(arm.name(), runs);
        Map<String, Result> results = new LinkedHashMap<>();
        conversations.forEach((set, ofSet) -> results.put(set, result(arm.name(), set, ofSet, runs)));
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
                exposure(own),
                own);
    }

    private static Map<String, Exposure> exposure(List<RunResult> own) {
        Map<String, List<Exposure>> bySet = new LinkedHashMap<>();
        own.forEach(run -> run.exposure()
                .forEach((set, exposure) ->
                        bySet.computeIfAbsent(set, name -> new ArrayList<>()).add(exposure)));
        Map<String, Exposure> means = new LinkedHashMap<>();
        bySet.forEach((set, bySeed) -> means.put(set, Exposure.mean(bySeed)));
        return means;
    }

    private Result result(String arm, String set, List<String> conversations, Map<String, List<RunResult>> runs) {
        List<List<RecordLoss>> losses = losses(arm, set, runs);
        SeedSpread spread = SeedSpread.of(
                losses.stream().mapToDouble(RecordLoss::bitsPerByte).toArray());
        Map<String, Difference> differences = new LinkedHashMap<>();
        for (String baseline : plan.baselines()) {
            if (!baseline.equals(arm)) {
                BootstrapDraws draws = PairedLosses.of(losses, losses(baseline, set, runs), conversations)
                        .difference(bootstrap);
                differences.put(
                        baseline,
                        new Difference(
                                draws.interval(family.confidence()), draws.interval(family.comparisonConfidence())));
            }
        }
        return new Result(spread, differences);
    }

    private @Nullable ArmChoice choice(List<ArmReport> arms) {
        List<String> sets = plan.heldOut().stream()
                .filter(set -> set.role() == SetRole.SELECTION)
                .map(HeldOutTexts::name)
                .toList();
        if (sets.isEmpty()) {
            return null;
        }
        String baseline = plan.baselines().get(0);
        Map<String, List<Double>> differences = new LinkedHashMap<>();
        for (ArmReport arm : arms) {
            differences.put(
                    arm.name(),
                    sets.stream().map(set -> difference(arm, set, baseline)).toList());
        }
        return ArmChoice.of(baseline, differences);
    }

    /** Of the baseline from itself it is 0, unless it diverged: then there is none from it. */
    private static double difference(ArmReport arm, String set, String baseline) {
        Result result = arm.results().get(set);
        if (result == null) {
            return Double.NaN;
        }
        Difference difference = result.differences().get(baseline);
        if (difference != null) {
            return difference.nominal().value();
        }
        return Double.isFinite(result.bitsPerByte().mean()) ? 0 : Double.NaN;
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
            curve.add(new CurvePoint(
                    mean(points, RunResult.Point::step), mean(points, RunResult.Point::labelTokens), bitsPerByte));
        }
        return curve;
    }

    private static List<List<RecordLoss>> losses(String arm, String set, Map<String, List<RunResult>> runs) {
        return of(arm, runs).stream()
                .map(run -> run.losses().getOrDefault(set, List.of()))
                .toList();
    }

    private static List<RunResult> of(String arm, Map<String, List<RunResult>> runs) {
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

    private static BakeoffReport.HeldOut describe(PreparedHeldOut set) {
        return new BakeoffReport.HeldOut(
                set.name(),
                set.role(),
                set.responses(),
                (int) set.conversations().stream().distinct().count(),
                set.leftOut(),
                set.bytes(),
                set.teacherBitsPerByte());
    }
}
