package io.stillstream.rollout.judge;

import io.stillstream.statistics.Interval;
import io.stillstream.statistics.MeanSequence;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Whether the teacher finds the candidate's answers less likely than the champion's. Turns of a conversation are not
 * independent: the first of each that was scored counts.
 */
final class LikelihoodCheck {

    /** So that what is remembered is bounded; more of them would hardly narrow an interval. */
    private static final int MOST_CONVERSATIONS = 1_000_000;

    private final JudgeConfig config;
    private final MeanSequence answers;
    private final MeanSequence baseline;
    private final Set<String> seen = new HashSet<>();
    private final Set<String> baselineSeen = new HashSet<>();

    LikelihoodCheck(JudgeConfig config) {
        this.config = config;
        // One bound of each is used: together they are wrong as often as one interval.
        double confidence = 1 - config.levelOfOne();
        this.answers = new MeanSequence(0, config.mostBitsPerByte(), confidence);
        this.baseline = new MeanSequence(0, config.mostBitsPerByte(), confidence);
    }

    void add(String conversation, double bitsPerByte) {
        if (seen.size() < MOST_CONVERSATIONS && seen.add(conversation)) {
            answers.add(bitsPerByte);
        }
    }

    void addBaseline(String conversation, double bitsPerByte) {
        if (baselineSeen.size() < MOST_CONVERSATIONS && baselineSeen.add(conversation)) {
            baseline.add(bitsPerByte);
        }
    }

    String alarm() {
        return answers.interval().minus(baseline.interval()).low() > config.likelihoodMargin()
                ? "the teacher finds its answers less likely than the champion's: " + figures()
                : "";
    }

    String figures() {
        return "bits per byte " + text(answers) + ", champion " + text(baseline);
    }

    Interval interval() {
        return answers.interval();
    }

    Interval baselineInterval() {
        return baseline.interval();
    }

    private static String text(MeanSequence sequence) {
        Interval interval = sequence.interval();
        return sequence.count() == 0
                ? "of none yet"
                : String.format(
                        Locale.ROOT,
                        "%.3f [%.3f, %.3f] of %d conversations",
                        interval.value(),
                        interval.low(),
                        interval.high(),
                        sequence.count());
    }
}
