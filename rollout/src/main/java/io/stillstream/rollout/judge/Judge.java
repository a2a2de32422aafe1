package io.stillstream.rollout.judge;

import io.stillstream.contract.rollout.Arm;
import io.stillstream.contract.rollout.ServedOutcome;
import io.stillstream.statistics.Interval;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says of one candidate, at any time and as often as one likes, whether it has to go. Without a champion its failures and
 * latency are compared with production's, and the likelihood of its answers with nothing: another model wrote those of
 * production. For one thread.
 */
public final class Judge {

    private final String candidate;
    private final @Nullable String champion;
    private final Arm baseline;
    private final FailureCheck failures;
    private final LatencyCheck latency;
    private final LikelihoodCheck likelihood;

    /** What can be the reason of an alarm. */
    public enum Check {
        FAILURES,
        LATENCY,
        LIKELIHOOD
    }

    /** Why the candidate has to go. */
    public record Alarm(Check check, String reason) {}

    /**
     * @param candidate the id of the snapshot that is judged
     * @param champion the id of the one that it is compared with; null where there is none
     */
    public Judge(JudgeConfig config, String candidate, @Nullable String champion) {
        this.candidate = candidate;
        this.champion = champion;
        this.baseline = champion == null ? Arm.PRODUCTION : Arm.CHAMPION;
        this.failures = new FailureCheck(config);
        this.latency = new LatencyCheck(config);
        this.likelihood = new LikelihoodCheck(config);
    }

    /** What became of a call; those of other snapshots count for nothing. */
    public void add(ServedOutcome outcome) {
        if (outcome.arm() == Arm.CANARY && outcome.snapshot().equals(candidate)) {
            failures.add(outcome);
            latency.add(outcome);
        } else if (outcome.arm() == baseline
                && (champion == null || outcome.snapshot().equals(champion))) {
            failures.addBaseline(outcome);
            latency.addBaseline(outcome);
        }
    }

    /**
     * What the teacher says of an answer.
     *
     * @param snapshot that wrote it
     */
    public void addScored(String snapshot, String conversation, double bitsPerByte) {
        if (snapshot.equals(candidate)) {
            likelihood.add(conversation, bitsPerByte);
        } else if (snapshot.equals(champion)) {
            likelihood.addBaseline(conversation, bitsPerByte);
        }
    }

    /** Null where nothing is shown against the candidate, which is so as long as there is too little evidence. */
    public @Nullable Alarm alarm() {
        Alarm alarm = alarm(Check.FAILURES, failures.alarm(baseline.label()));
        alarm = alarm == null ? alarm(Check.LATENCY, latency.alarm(baseline.label())) : alarm;
        return alarm == null ? alarm(Check.LIKELIHOOD, likelihood.alarm()) : alarm;
    }

    private static @Nullable Alarm alarm(Check check, String reason) {
        return reason.isEmpty() ? null : new Alarm(check, reason);
    }

    /** The figures of each check, by its name. */
    public Map<String, String> evidence() {
        Map<String, String> evidence = new TreeMap<>();
        evidence.put("judge failures", failures.figures(baseline.label()));
        evidence.put("judge latency", latency.figures(baseline.label()));
        evidence.put(
                "judge likelihood", champion == null ? "not compared: there is no champion" : likelihood.figures());
        evidence.put("judge answers", String.format(Locale.ROOT, "%d", answered()));
        return evidence;
    }

    /** How many calls the candidate answered. */
    public long answered() {
        return failures.answered();
    }

    /** How many calls were answered by what it is compared with. */
    public long baselineAnswered() {
        return failures.baselineAnswered();
    }

    /** The share of the candidate's calls that failed; NaN without any. */
    public double failures() {
        return failures.share();
    }

    /** The same of what it is compared with. */
    public double baselineFailures() {
        return failures.baselineShare();
    }

    /** Bits per byte of the candidate's answers under the teacher. */
    public Interval likelihood() {
        return likelihood.interval();
    }

    /** The same of the champion's. */
    public Interval baselineLikelihood() {
        return likelihood.baselineInterval();
    }
}
