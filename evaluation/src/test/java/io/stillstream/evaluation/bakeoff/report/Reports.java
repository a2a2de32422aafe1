package io.stillstream.evaluation.bakeoff.report;

import io.stillstream.evaluation.bakeoff.plan.BudgetUnit;
import io.stillstream.evaluation.bakeoff.plan.SetRole;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Difference;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Family;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.HeldOut;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.Result;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.StudentReport;
import io.stillstream.statistics.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reports for table and plot to show. */
public final class Reports {

    static final List<String> SETS = List.of("own", "shifted");
    private static final int POINTS = 5;

    private Reports() {}

    /** The first arm is the baseline; each further arm ends 0.1 bits per byte lower. */
    public static BakeoffReport of(String... arms) {
        return report(arms(arms));
    }

    /** The arms of {@link #of}. */
    public static List<ArmReport> arms(String... arms) {
        List<ArmReport> reports = new ArrayList<>();
        for (int i = 0; i < arms.length; i++) {
            reports.add(arm(
                    arms[i],
                    1.5 - 0.1 * i,
                    i == 0 ? Map.of() : Map.of(arms[0], difference(-0.1 * i, -0.1 * i - 0.02, 0.02))));
        }
        return reports;
    }

    /** With no set for selection. */
    public static BakeoffReport report(List<ArmReport> arms) {
        return report(List.of(arms.get(0).name()), List.of(student("tiny", SetRole.CONFIRMATION, null, arms)));
    }

    public static BakeoffReport report(List<String> baselines, List<StudentReport> students) {
        return new BakeoffReport(
                3,
                baselines,
                List.of(0L, 1L, 2L),
                40,
                BudgetUnit.STEPS,
                "8 texts",
                10,
                100,
                0,
                new Family(5, 0.95, 0.99, 20_000),
                students);
    }

    /** @param own what the first of the sets is for */
    public static StudentReport student(String name, SetRole own, @Nullable ArmChoice choice, List<ArmReport> arms) {
        return new StudentReport(
                name,
                List.of(
                        new HeldOut("own", own, 20, 7, 0, 4000, 0.9),
                        new HeldOut("shifted", SetRole.CONFIRMATION, 10, 10, 2, 1000, 1.1)),
                choice,
                arms);
    }

    public static ArmReport arm(String name, double end, Map<String, Difference> differences) {
        List<CurvePoint> curve = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            double mean = end + 2.0 * (POINTS - 1 - i) / (POINTS - 1);
            curve.add(new CurvePoint(10 * i, 5000.0 * i, spreads(new SeedSpread(mean, 0.02 * i, 0.05 * i))));
        }
        Map<String, Result> results = new LinkedHashMap<>();
        SETS.forEach(set -> results.put(set, new Result(new SeedSpread(end, 0.1, 0.25), differences)));
        return new ArmReport(
                name,
                Map.of("trainer.loss", name),
                21_000,
                0,
                0,
                Map.of(),
                Map.of(),
                curve,
                results,
                Map.of(),
                List.of());
    }

    /** The nominal interval is half as wide as the corrected one. */
    public static Difference difference(double value, double low, double high) {
        return new Difference(
                new Interval(value, (value + low) / 2, (value + high) / 2), new Interval(value, low, high));
    }

    public static Map<String, SeedSpread> spreads(SeedSpread spread) {
        Map<String, SeedSpread> spreads = new LinkedHashMap<>();
        SETS.forEach(set -> spreads.put(set, spread));
        return spreads;
    }
}
