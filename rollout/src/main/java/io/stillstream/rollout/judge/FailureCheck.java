package io.stillstream.rollout.judge;

import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.statistics.HigherProportion;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether the candidate fails: in a row, or more often than what it is compared with. */
final class FailureCheck {

    private static final String CONNECT = "connect";

    private final JudgeConfig config;
    private final HigherProportion higher = new HigherProportion();
    private @Nullable Instant firstAsked;
    private long answered;
    private long failed;
    private long baselineAnswered;
    private long baselineFailed;
    private int inARow;
    private int unreachable;
    private String alarm = "";

    FailureCheck(JudgeConfig config) {
        this.config = config;
    }

    void add(ServedOutcome outcome) {
        if (firstAsked == null) {
            firstAsked = outcome.at();
        }
        if (outcome.isOk()) {
            answered++;
            inARow = 0;
            unreachable = 0;
            higher.add(false);
            return;
        }
        if (alarm.isEmpty() && outcome.failure().equals(ServedOutcome.NOT_FINITE)) {
            // No other call mends its weights.
            alarm = "its logits are not finite";
        }
        if (answered == 0 && Duration.between(firstAsked, outcome.at()).compareTo(config.grace()) < 0) {
            return;
        }
        failed++;
        inARow++;
        unreachable = outcome.failure().equals(CONNECT) ? unreachable + 1 : 0;
        higher.add(true);
        if (alarm.isEmpty() && unreachable >= config.unreachableInARow()) {
            alarm = "its server refused " + unreachable + " connections in a row";
        } else if (alarm.isEmpty() && inARow >= config.failuresInARow()) {
            alarm = inARow + " calls in a row failed, the last with " + outcome.failure();
        }
    }

    void addBaseline(ServedOutcome outcome) {
        higher.addBaseline(!outcome.isOk());
        if (outcome.isOk()) {
            baselineAnswered++;
        } else {
            baselineFailed++;
        }
    }

    /** Why the candidate has to go; empty where it does not. */
    String alarm(String baseline) {
        if (alarm.isEmpty() && higher.isHigher(config.levelOfOne())) {
            return "it fails more often than " + baseline + ": " + figures(baseline);
        }
        return alarm;
    }

    String figures(String baseline) {
        return String.format(
                Locale.ROOT,
                "%d of %d, %s %d of %d (log evidence %.1f of %.1f)",
                failed,
                failed + answered,
                baseline,
                baselineFailed,
                baselineFailed + baselineAnswered,
                higher.logEvidence(),
                -Math.log(config.levelOfOne()));
    }

    long answered() {
        return answered;
    }

    long baselineAnswered() {
        return baselineAnswered;
    }

    double share() {
        return (double) failed / (failed + answered);
    }

    double baselineShare() {
        return (double) baselineFailed / (baselineFailed + baselineAnswered);
    }
}
