package io.stillstream.bench.fault.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** When to kill the trainer, drawn from a seed: at every {@link KillTarget}, spread over the training. */
final class TrainerKillPlan {

    /** Kills that come late would find training done, so none are planned for the last part. */
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
     * @param from the share of the training to be done before, 0 to 1
     * @param delay how far into what the target does, 0 to 1
     */
    record Kill(KillTarget target, double from, double delay) {}

    private TrainerKillPlan() {}

    /** @param publishing whether checkpoints and snapshots are the only targets */
    static List<Kill> of(int kills, boolean publishing, long seed) {
        Random random = new Random(seed);
        List<Kill> plan = new ArrayList<>();
        for (int kill = 0; kill < kills; kill++) {
            KillTarget target = pick(publishing ? PUBLISHING : EVERYWHERE, random.nextDouble());
            plan.add(new Kill(target, UNTIL * (kill + random.nextDouble()) / kills, random.nextDouble()));
        }
        return List.copyOf(plan);
    }

    private static KillTarget pick(Map<KillTarget, Double> shares, double draw) {
        double left = draw;
        for (KillTarget target : KillTarget.values()) {
            left -= shares.getOrDefault(target, 0.0);
            if (left < 0) {
                return target;
            }
        }
        return KillTarget.SNAPSHOT;
    }
}
