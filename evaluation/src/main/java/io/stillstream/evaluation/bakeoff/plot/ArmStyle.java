package io.stillstream.evaluation.bakeoff.plot;

import io.stillstream.evaluation.bakeoff.BakeoffReport;
import java.util.ArrayList;
import java.util.List;

/**
 * How an arm is drawn. The colours are Okabe and Ito's, which people with any colour vision can distinguish, without the
 * yellow, which white swallows; where they run out they start over with dashes. The baseline is dashed and black and lies
 * over the others, so that an arm that goes the same way is still seen.
 *
 * @param dashes SVG's {@code stroke-dasharray}
 */
record ArmStyle(String colour, String dashes) {

    /** Of what must not draw the eye. */
    static final String QUIET = "#555555";

    static final String STROKE = "2";

    private static final ArmStyle BASELINE = new ArmStyle("#000000", "4 5");
    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9");
    private static final List<String> DASHES = List.of("none", "8 3", "2 2");

    /** A style for each arm of a report, in its order. */
    static List<ArmStyle> of(BakeoffReport report) {
        List<ArmStyle> styles = new ArrayList<>();
        int others = 0;
        for (BakeoffReport.ArmReport arm : report.arms()) {
            styles.add(arm.name().equals(report.baseline()) ? BASELINE : other(others++));
        }
        return styles;
    }

    boolean isBaseline() {
        return equals(BASELINE);
    }

    private static ArmStyle other(int index) {
        return new ArmStyle(COLOURS.get(index % COLOURS.size()), DASHES.get(index / COLOURS.size() % DASHES.size()));
    }
}
