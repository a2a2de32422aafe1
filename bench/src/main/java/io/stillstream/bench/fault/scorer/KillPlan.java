package io.stillstream.bench.fault.scorer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Which scorer to kill when, decided by a seed. */
final class KillPlan {

    private static final double AT_WORK = 0.8;
    private static final double LATE = 0.2;
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(1500);
    /** A transaction is open for a tenth of a second and the time that its batches take. */
    private static final Duration LONGEST_AIM = Duration.ofMillis(150);

    private static final Duration LONGEST_LATENESS = Duration.ofSeconds(15);

    /**
     * @param victim which of the scorers
     * @param pause how long to let both work before
     * @param atWork whether to wait for an open transaction of the victim; else it may be hit while it starts
     * @param aim how long the transaction stays open before the kill
     * @param absence how long it stays dead
     */
    record Kill(int victim, Duration pause, boolean atWork, Duration aim, Duration absence) {}

    private KillPlan() {}

    /** @param sessionTimeout a scorer that is away for longer loses its partitions to the other, and gets them back */
    static List<Kill> of(int kills, int scorers, Duration sessionTimeout, long seed) {
        Random random = new Random(seed);
        List<Kill> plan = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            int victim = random.nextInt(scorers);
            Duration pause = upTo(LONGEST_PAUSE, random);
            boolean atWork = random.nextDouble() < AT_WORK;
            Duration aim = upTo(LONGEST_AIM, random);
            Duration lateness = sessionTimeout.plus(upTo(LONGEST_LATENESS, random));
            plan.add(new Kill(victim, pause, atWork, aim, random.nextDouble() < LATE ? lateness : Duration.ZERO));
        }
        return List.copyOf(plan);
    }

    private static Duration upTo(Duration longest, Random random) {
        return Duration.ofMillis(random.nextInt(Math.toIntExact(longest.toMillis())));
    }
}
