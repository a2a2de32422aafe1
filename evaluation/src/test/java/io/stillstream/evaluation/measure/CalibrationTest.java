package io.stillstream.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.evaluation.measure.TextEvaluation.Measured;
import io.stillstream.statistics.Bootstrap.Statistic;
import io.stillstream.trainer.heldout.Agreement;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CalibrationTest {

    private static final double TOLERANCE = 1e-6;

    @Test
    void error_oneBin_isAccuracyLessConfidence() {
        Statistic error = error(
                Calibration.of(new float[] {0.7f, 0.7f, 0.72f, 0.68f}, new boolean[] {true, false, false, false}));
        // Right once in four at a confidence of 0.7: all lie in (10/15, 11/15].
        assertThat(error.of(new int[] {1})).isCloseTo(0.45, within(TOLERANCE));
    }

    @Test
    void error_opposedBins_doNotCancel() {
        // 0.9 and wrong, 0.1 and right: either alone is off by 0.9.
        Calibration calibration = Calibration.of(new float[] {0.9f, 0.1f}, new boolean[] {false, true});
        assertThat(error(calibration).of(new int[] {1})).isCloseTo(0.9, within(TOLERANCE));
    }

    @Test
    void error_opposedTokensOfOneBin_cancel() {
        Calibration calibration = Calibration.of(new float[] {0.5f, 0.5f}, new boolean[] {false, true});
        assertThat(error(calibration).of(new int[] {1})).isZero();
    }

    @Test
    void error_texts_addUpWithinABinBeforeTheAbsoluteValue() {
        Statistic error = error(
                Calibration.of(new float[] {0.5f}, new boolean[] {true}),
                Calibration.of(new float[] {0.5f, 0.98f}, new boolean[] {false, true}));
        assertThat(error.of(new int[] {1, 1})).isCloseTo(0.02 / 3, within(TOLERANCE));
        // The first text twice, the second once: a gap of 2 x 0.5 - 0.5 and one of 0.02, over four tokens.
        assertThat(error.of(new int[] {2, 1})).isCloseTo(0.52 / 4, within(TOLERANCE));
    }

    @Test
    void of_binEdges_belongToTheBinBelow() {
        float edge = 3f / Calibration.BINS;
        Calibration calibration = Calibration.of(new float[] {0f, edge, 1f}, new boolean[] {false, false, false});
        assertThat(calibration.gap(0)).isZero();
        assertThat(calibration.gap(2) + calibration.gap(3)).isCloseTo(-edge, within(TOLERANCE));
        assertThat(calibration.gap(Calibration.BINS - 1)).isEqualTo(-1);
        assertThat(calibration.tokens()).isEqualTo(3);
    }

    private static Statistic error(Calibration... texts) {
        List<Measured> measured = List.of(texts).stream()
                .map(text -> new Measured(1, text.tokens(), 1, false, text, Agreement.NONE))
                .toList();
        return Figures.ofTexts(measured).get(Metric.EXPECTED_CALIBRATION_ERROR);
    }
}
