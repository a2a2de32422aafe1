package io.stillstream.rollout;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.Durations;
import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.contract.rollout.RolloutStep;
import io.stillstream.rollout.delivery.DeliveryConfig;
import io.stillstream.rollout.judge.JudgeConfig;
import io.stillstream.rollout.state.RolloutPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a snapshot goes into production.
 *
 * @param automatic whether each new snapshot starts by itself when no candidate is on its way, and a step follows when the time
 *     of the last one is over; otherwise both wait for {@code stillstream rollout start} and {@code promote}
 * @param steps what a candidate goes through before it is champion: {@code gate}, where it is judged on held-out records before
 *     it goes on; {@code shadow} or the percentage of conversations that it serves, and how long, as in {@code 5% 30m}; a rollout
 *     that has started keeps its own
 * @param gateEvery how often the gate is asked again about a candidate on which there is too little evidence
 * @param onNoTraffic what a step does when its time is over and the candidate answered fewer than least-requests
 * @param leastRequests how many answers of the candidate a step waits for
 * @param heartbeat how often the controller shows that it runs; it counts as gone after five times as long
 * @param judge when a candidate that serves has to go
 * @param delivery who is told of what the controller decides
 */
public record RolloutConfig(
        boolean automatic,
        List<String> steps,
        OnNoTraffic onNoTraffic,
        long leastRequests,
        Duration gateEvery,
        Duration heartbeat,
        JudgeConfig judge,
        DeliveryConfig delivery) {

    private static final String GATE = "gate";
    private static final Pattern STEP = Pattern.compile("(?:(shadow)|(\\d{1,3}(?:\\.\\d{1,2})?)\\s*%)\\s+(\\S+)");
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final double PER_PERCENT = RolloutStep.ALL / 100.0;

    public RolloutConfig {
        steps = List.copyOf(steps);
        Check.atLeast("leastRequests", leastRequests, 0);
        Check.between("gateEvery", gateEvery, SHORTEST, LONGEST);
        Check.between("heartbeat", heartbeat, SHORTEST, LONGEST);
        List<RolloutStep> parsed = parse(steps);
        for (int i = 1; i < parsed.size(); i++) {
            Check.that(
                    parsed.get(i).buckets() >= parsed.get(i - 1).buckets(),
                    "steps",
                    String.join(", ", steps),
                    "shares that do not fall");
        }
    }

    public static RolloutConfig defaults() {
        return new RolloutConfig(
                false,
                List.of(GATE, "shadow 10m", "1% 10m", "5% 30m", "25% 1h", "50% 1h", "100% 1h"),
                OnNoTraffic.HOLD,
                100,
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                JudgeConfig.defaults(),
                DeliveryConfig.none());
    }

    /** As a rollout that starts now takes it. */
    public RolloutPlan plan() {
        return new RolloutPlan(parse(steps), automatic, onNoTraffic == OnNoTraffic.HOLD ? leastRequests : 0);
    }

    private static List<RolloutStep> parse(List<String> steps) {
        List<RolloutStep> parsed = new ArrayList<>();
        for (String text : steps) {
            parsed.add(parse(text));
        }
        Check.that(!parsed.isEmpty(), "steps", "empty", "at least one step, as in '100% 1h'");
        return parsed;
    }

    private static RolloutStep parse(String text) {
        if (text.strip().equals(GATE)) {
            return RolloutStep.gate();
        }
        Matcher step = STEP.matcher(text.strip());
        if (step.matches()) {
            boolean shadow = step.group(1) != null;
            int buckets = shadow ? 0 : (int) Math.round(Double.parseDouble(step.group(2)) * PER_PERCENT);
            try {
                Duration hold = Durations.parse(step.group(3));
                if (buckets <= RolloutStep.ALL && !hold.isNegative()) {
                    return shadow ? RolloutStep.shadow(hold) : RolloutStep.share(buckets, hold);
                }
            } catch (IllegalArgumentException e) {
                throw (InvalidSettingException) wrong(text).initCause(e);
            }
        }
        throw wrong(text);
    }

    private static InvalidSettingException wrong(String text) {
        return new InvalidSettingException(
                "steps",
                text,
                "'gate', or 'shadow' or a percentage of at most two decimals and a duration: 'shadow 10m', '5% 30m'");
    }
}
