package io.stillstream.trainer.bakeoff;

import java.util.List;

/**
 * How an arm is drawn. The colours are Okabe and Ito's, which people with any colour vision tell apart, without the
 * yellow, which white swallows; where they run out they start over with dashes.
 *
 * @param dashes SVG's {@code stroke-dasharray}
 */
record ArmStyle(String colour, String dashes) {

    /** Of what must not draw the eye. */
    static final String QUIET = "#555555";

    static final String STROKE = "2";

    private static final List<String> COLOURS =
            List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");
    private static final List<String> DASHES = List.of("none", "7 4", "2 3");

    static ArmStyle of(int arm) {
        return new ArmStyle(COLOURS.get(arm % COLOURS.size()), DASHES.get(arm / COLOURS.size() % DASHES.size()));
    }
}
