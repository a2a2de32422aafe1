package io.stillstream.producer.proxy.config;

import io.stillstream.configuration.Check;
import java.time.Duration;
import java.util.List;

/**
 * Which upstreams serve the student, and which calls may go there. The rollout says how many of them do.
 *
 * @param champion the name in {@code proxy.upstreams} of the server that follows the champion; empty where no call goes to a
 *     student. Neither this one nor {@code canary} is chosen by a call's path
 * @param canary the name of the server that follows the candidate
 * @param model what students' servers take for the request's {@code model}
 * @param models whose calls the rollout is about, by name, or by its beginning with {@code *} at the end; empty for all
 * @param maxBodyBytes the longest request that may go to a student; it is read whole before it is sent on
 * @param firstByteTimeout how long a student may take to begin its answer, from being asked on, before the next arm is asked
 * @param stateMaxAge how long the rollout's state, as it was read last, holds while no broker confirms it; from then on production
 *     answers everything
 * @param shadowCalls the most copies to a candidate at once; further ones are dropped
 * @param shadowUpTo how many calls may be open while copies are made; with more of them copies are dropped
 */
public record RolloutRouting(
        String champion,
        String canary,
        String model,
        List<String> models,
        int maxBodyBytes,
        Duration firstByteTimeout,
        Duration stateMaxAge,
        int shadowCalls,
        int shadowUpTo) {

    private static final int MOST_BODY = 64 << 20;

    public RolloutRouting {
        models = List.copyOf(models);
        Check.that(
                champion.isEmpty() == canary.isEmpty() && (champion.isEmpty() || !champion.equals(canary)),
                "canary",
                canary,
                "another upstream than proxy.rollout.champion, and one where that is one");
        Check.notBlank("model", model, "the name of a model");
        Check.between("maxBodyBytes", maxBodyBytes, 1, MOST_BODY);
        Check.timeout("firstByteTimeout", firstByteTimeout);
        Check.timeout("stateMaxAge", stateMaxAge);
        Check.atLeast("shadowCalls", shadowCalls, 0);
        Check.atLeast("shadowUpTo", shadowUpTo, 0);
    }

    public static RolloutRouting defaults() {
        return new RolloutRouting(
                "", "", "student", List.of(), 1 << 20, Duration.ofSeconds(30), Duration.ofMinutes(5), 4, 64);
    }

    /** The same with these upstreams, whose servers take that model's name. */
    public RolloutRouting between(String championName, String canaryName, String modelName) {
        return new RolloutRouting(
                championName,
                canaryName,
                modelName,
                models,
                maxBodyBytes,
                firstByteTimeout,
                stateMaxAge,
                shadowCalls,
                shadowUpTo);
    }

    /** Whether any call may go to a student. */
    public boolean enabled() {
        return !champion.isEmpty();
    }
}
