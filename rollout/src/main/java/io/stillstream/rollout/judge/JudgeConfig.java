package io.stillstream.rollout.judge;

import io.stillstream.configuration.Check;
import java.time.Duration;

/**
 * When a candidate that serves has to go.
 *
 * @param enabled whether what a candidate serves is judged; without that, nobody counts its answers either
 * @param level the chance that a candidate which is as good as the champion is ever taken back, over all looks of a rollout; a
 *     third of it each for failures, latency and the teacher's likelihood
 * @param failuresInARow after so many failed calls in a row the candidate goes
 * @param unreachableInARow after so many calls in a row whose connection was refused the candidate goes
 * @param grace how long after its first call a candidate that has not answered yet may fail: its server has to load it
 * @param slowerTimes an answer is slow when it takes so many times the median of the champion's first answers
 * @param slowSample how many of the champion's answers give that median; slow answers are counted after them
 * @param slowMargin by how much the share of slow answers may be higher than the champion's
 * @param likelihoodMargin by how many bits per byte, under the teacher, the answers may be worse than the champion's
 * @param mostBitsPerByte a conversation with more counts as so many
 * @param every how often the controller is told how many calls were answered; an alarm is told at once
 */
public record JudgeConfig(
        boolean enabled,
        double level,
        int failuresInARow,
        int unreachableInARow,
        Duration grace,
        double slowerTimes,
        int slowSample,
        double slowMargin,
        double likelihoodMargin,
        double mostBitsPerByte,
        Duration every) {

    private static final double USUAL_LEVEL = 0.01;
    private static final int USUAL_FAILURES = 10;
    private static final int USUAL_UNREACHABLE = 3;
    private static final Duration USUAL_GRACE = Duration.ofMinutes(1);
    private static final double USUAL_TIMES = 2;
    private static final int USUAL_SAMPLE = 50;
    private static final double USUAL_SLOW_MARGIN = 0.1;
    private static final double USUAL_LIKELIHOOD_MARGIN = 0.1;
    private static final double USUAL_MOST_BITS = 4;
    private static final Duration USUAL_EVERY = Duration.ofSeconds(2);
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int MOST_SAMPLE = 10_000;

    /** Failures, latency, likelihood: each has its part of the level (Bonferroni). */
    private static final int CHECKS = 3;

    public JudgeConfig {
        Check.that(level > 0 && level < 1, "level", level, "a number between 0 and 1");
        Check.atLeast("failuresInARow", failuresInARow, 1);
        Check.atLeast("unreachableInARow", unreachableInARow, 1);
        Check.between("grace", grace, Duration.ZERO, Duration.ofHours(1));
        Check.atLeast("slowerTimes", slowerTimes, 1);
        Check.between("slowSample", slowSample, 1, MOST_SAMPLE);
        Check.between("slowMargin", slowMargin, 0, 1);
        Check.atLeast("likelihoodMargin", likelihoodMargin, 0);
        Check.above("mostBitsPerByte", mostBitsPerByte, 0);
        Check.between("every", every, SHORTEST, LONGEST);
    }

    public static JudgeConfig defaults() {
        return new JudgeConfig(
                true,
                USUAL_LEVEL,
                USUAL_FAILURES,
                USUAL_UNREACHABLE,
                USUAL_GRACE,
                USUAL_TIMES,
                USUAL_SAMPLE,
                USUAL_SLOW_MARGIN,
                USUAL_LIKELIHOOD_MARGIN,
                USUAL_MOST_BITS,
                USUAL_EVERY);
    }

    /** The chance that one of the checks is wrong about a candidate as good as the champion. */
    double levelOfOne() {
        return level / CHECKS;
    }
}
