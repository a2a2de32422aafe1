package io.stillstream.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.stillstream.evaluation.measure.TextEvaluation.Measured;
import io.stillstream.evaluation.score.TaskScore;
import io.stillstream.statistics.Bootstrap;
import io.stillstream.statistics.Interval;
import io.stillstream.trainer.heldout.Agreement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ComparisonTest {

    private static final Bootstrap BOOTSTRAP = new Bootstrap(200, 0.95, 1);

    @Test
    void of_twoStudents_comparesTheSecondWithTheFirst() {
        List<Comparison> comparisons = Comparison.of(
                BOOTSTRAP,
                2,
                List.of(
                        Figures.ofTexts(List.of(measured(8, 2, 4), measured(4, 4, 2))),
                        Figures.ofTexts(List.of(measured(4, 2, 4), measured(2, 4, 2)))));

        Comparison baseline = comparisons.get(0);
        assertThat(baseline.differences()).isEmpty();
        assertThat(baseline.figures().get(Metric.LOSS).value()).isEqualTo(2);
        assertThat(baseline.figures().get(Metric.BITS_PER_BYTE).value()).isCloseTo(12 / Math.log(2) / 6, within(1e-12));
        assertThat(baseline.figures()).doesNotContainKey(Metric.TEACHER_AGREEMENT);
        assertThat(comparisons.get(1).figures().get(Metric.LOSS).value()).isEqualTo(1);
        // Every record is 2 nats a byte for the one and 1 for the other, whichever are drawn.
        Interval difference = comparisons.get(1).differences().get(Metric.BITS_PER_BYTE);
        assertThat(difference.low()).isCloseTo(-1 / Math.log(2), within(1e-12));
        assertThat(difference.high()).isCloseTo(-1 / Math.log(2), within(1e-12));
        assertThat(comparisons.get(1).differences()).doesNotContainKey(Metric.LOSS);
    }

    @Test
    void ofAnswers_recordWithoutReference_doesNotCount() {
        Map<Metric, Bootstrap.Statistic> figures = Figures.ofAnswers(
                List.of(TaskScore.EXACT_MATCH, TaskScore.F1),
                List.of("a blue whale", "whale", "?"),
                List.of(List.of("blue whale"), List.of("blue whale"), List.of()));

        assertThat(figures).containsOnlyKeys(Metric.EXACT_MATCH, Metric.F1);
        assertThat(figures.get(Metric.EXACT_MATCH).of(new int[] {1, 1, 1})).isEqualTo(0.5);
        assertThat(figures.get(Metric.F1).of(new int[] {1, 1, 1})).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
    }

    private static Measured measured(double nats, int tokens, int bytes) {
        return new Measured(
                nats, tokens, bytes, false, Calibration.of(new float[tokens], new boolean[tokens]), Agreement.NONE);
    }
}
