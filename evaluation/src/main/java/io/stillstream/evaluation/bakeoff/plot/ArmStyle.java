package io.stillstream.evaluation.bakeoff.plot;

import io.stillstream.evaluation.bakeoff.report.BakeoffReport;
import io.stillstream.evaluation.bakeoff.report.BakeoffReport.ArmReport;
import java.util.ArrayList;
import java.util.List;

/**
 * How an arm is drawn. The colours are Okabe and Ito's, which people with any colour vision can distinguish, without the
 * yellow, which white swallows; where they run out they start over with dashes. Baselines are dashed and black and lie over
 * the others, so that an arm that goes the same way is still seen.
 *
 * @param dashes SVG's {@code stroke-dasharray}
 */
record ArmStyle(String colour, String dashes) {

    /** Of what must not draw the eye. */
    static final String QUIET = "#555555";

    static final String STROKE = "2";

    private static final String BASELINE = "#000000";
    private static final List<String> BASELINE_DASHES = List.of("4 5", "1 3", "10 3 2 3");
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9");
    private static final List<String> DASHES = List.of("none", "8 3", "2 2");

    /** A style for each arm, in their order. */
    static List<ArmStyle> of(BakeoffReport report, List<ArmReport> arms) {
        List<ArmStyle> styles = new ArrayList<>();
        int others = 0;
        for (ArmReport arm : arms) {
            int baseline = report.baselines().indexOf(arm.name());
            styles.add(
                    baseline < 0
                            ? other(others++)
                            : new ArmStyle(BASELINE, BASELINE_DASHES.get(baseline % BASELINE_DASHES.size())));
        }
        return styles;
    }

    boolean isBaseline() {
        return colour.equals(BASELINE);
    }

    private static ArmStyle other(int index) {
        return new ArmStyle(COLOURS.get(index % COLOURS.size()), DASHES.get(index / COLOURS.size() % DASHES.size()));
    }
}
