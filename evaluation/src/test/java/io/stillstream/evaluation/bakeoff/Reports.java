package io.stillstream.evaluation.bakeoff;

import io.stillstream.evaluation.bakeoff.BakeoffReport.ArmReport;
import io.stillstream.evaluation.bakeoff.BakeoffReport.CurvePoint;
import io.stillstream.evaluation.bakeoff.BakeoffReport.HeldOut;
import io.stillstream.evaluation.bakeoff.BakeoffReport.Result;
import io.stillstream.evaluation.statistics.Interval;
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
        List<ArmReport> reports = new ArrayList<>();
        for (int i = 0; i < arms.length; i++) {
            reports.add(arm(arms[i], 1.5 - 0.1 * i, i == 0 ? null : new Interval(-0.1 * i, -0.1 * i - 0.02, 0.02)));
        }
        return report(reports);
    }

    public static BakeoffReport report(List<ArmReport> arms) {
        return new BakeoffReport(
                1,
                arms.get(0).name(),
                List.of(0L, 1L, 2L),
                40,
                "8 texts",
                10,
                100,
                List.of(new HeldOut("own", 20, 0, 4000, 0.9), new HeldOut("shifted", 10, 2, 1000, 1.1)),
                arms);
    }

    public static ArmReport arm(String name, double end, @Nullable Interval difference) {
        List<CurvePoint> curve = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            double mean = end + 2.0 * (POINTS - 1 - i) / (POINTS - 1);
            curve.add(new CurvePoint(10 * i, 5000.0 * i, spreads(new SeedSpread(mean, 0.02 * i, 0.05 * i))));
        }
        Map<String, Result> results = new LinkedHashMap<>();
        SETS.forEach(set -> results.put(set, new Result(new SeedSpread(end, 0.1, 0.25), difference)));
        return new ArmReport(
                name, Map.of("trainer.loss", name), 20_000, 0, 0, Map.of(), Map.of(), curve, results, List.of());
    }

    public static Map<String, SeedSpread> spreads(SeedSpread spread) {
        Map<String, SeedSpread> spreads = new LinkedHashMap<>();
        SETS.forEach(set -> spreads.put(set, spread));
        return spreads;
    }
}
