package io.stillstream.bench.fault.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** When to kill, decided by a seed: at every kind of moment, spread over the training. */
final class TrainerKillPlan {

    /** Kills that come late have no training left to hit; so the last part is left alone. */
    private static final double UNTIL = 0.95;

    private static final Map<KillTarget, Double> EVERYWHERE = Map.of(
            KillTarget.START,
            0.15,
            KillTarget.REPLAY,
            0.15,
            KillTarget.STEP,
            0.3,
            KillTarget.CHECKPOINT,
            0.2,
            KillTarget.SNAPSHOT,
            0.2);
    private static final Map<KillTarget, Double> PUBLISHING =
            Map.of(KillTarget.CHECKPOINT, 0.4, KillTarget.SNAPSHOT, 0.6);

    /**
     * @param from how much of the training has to be done before, 0 to 1
     * @param delay how far into the moment, 0 to 1
     */
    record Kill(KillTarget aim, double from, double delay) {}

    private TrainerKillPlan() {}

    /** @param publishing whether checkpoints and snapshots alone are aimed at */
    static List<Kill> of(int kills, boolean publishing, long seed) {
        Random random = new Random(seed);
        List<Kill> plan = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            KillTarget aim = pick(publishing ? PUBLISHING : EVERYWHERE, random.nextDouble());
            plan.add(new Kill(aim, UNTIL * (kill + random.nextDouble()) / kills, random.nextDouble()));
        }
        return List.copyOf(plan);
    }

    private static KillTarget pick(Map<KillTarget, Double> shares, double draw) {
        double left = draw;
        for (KillTarget aim : KillTarget.values()) {
            left -= shares.getOrDefault(aim, 0.0);
            if (left < 0) {
                return aim;
            }
        }
        return KillTarget.SNAPSHOT;
    }
}
