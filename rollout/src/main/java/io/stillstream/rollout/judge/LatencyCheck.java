package io.stillstream.rollout.judge;

import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.statistics.Interval;
import io.stillstream.statistics.ProportionSequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * Whether more of the candidate's answers are slow. What is slow is fixed by the first answers of what it is compared with; only
 * answers after that count, which a confidence sequence needs.
 */
final class LatencyCheck {

    private final JudgeConfig config;
    private final ProportionSequence slow;
    private final ProportionSequence baselineSlow;
    private final List<Long> sample = new ArrayList<>();
    private double limit = Double.NaN;

    LatencyCheck(JudgeConfig config) {
        this.config = config;
        double confidence = 1 - config.levelOfOne() / 2;
        this.slow = new ProportionSequence(confidence);
        this.baselineSlow = new ProportionSequence(confidence);
    }

    void add(ServedOutcome outcome) {
        if (outcome.isOk() && !Double.isNaN(limit)) {
            slow.add(outcome.totalMillis() > limit);
        }
    }

    void addBaseline(ServedOutcome outcome) {
        if (!outcome.isOk()) {
            return;
        }
        if (!Double.isNaN(limit)) {
            baselineSlow.add(outcome.totalMillis() > limit);
            return;
        }
        sample.add(outcome.totalMillis());
        if (sample.size() == config.slowSample()) {
            Collections.sort(sample);
            // A millisecond is what times are counted in.
            limit = config.slowerTimes() * Math.max(1, sample.get(sample.size() / 2));
            sample.clear();
        }
    }

    String alarm(String baseline) {
        return slow.interval().minus(baselineSlow.interval()).low() > config.slowMargin()
                ? "more of its answers are slow than of " + baseline + ": " + figures(baseline)
                : "";
    }

    String figures(String baseline) {
        return Double.isNaN(limit)
                ? "not compared before " + config.slowSample() + " answers of " + baseline
                : String.format(
                        Locale.ROOT,
                        "over %.0f ms: %s, %s %s",
                        limit,
                        text(slow.interval(), slow.count()),
                        baseline,
                        text(baselineSlow.interval(), baselineSlow.count()));
    }

    private static String text(Interval interval, long count) {
        return count == 0
                ? "none yet"
                : String.format(
                        Locale.ROOT,
                        "%.3f [%.3f, %.3f] of %d",
                        interval.value(),
                        interval.low(),
                        interval.high(),
                        count);
    }
}
