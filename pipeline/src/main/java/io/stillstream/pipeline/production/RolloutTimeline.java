package io.stillstream.pipeline.production;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.rollout.control.AutomaticStart;
import io.stillstream.rollout.control.RolloutView;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Says what becomes of snapshots from now on: that they were published, and what was decided. */
final class RolloutTimeline implements Consumer<RolloutView> {

    private final Supplier<List<SnapshotManifest>> published;
    private final Consumer<String> events;
    private int snapshots;
    private int decisions = -1;

    /**
     * @param published all snapshots, the newest last
     * @param events gets a sentence for each
     */
    RolloutTimeline(Supplier<List<SnapshotManifest>> published, Consumer<String> events) {
        this.published = published;
        this.events = events;
    }

    @Override
    public void accept(RolloutView view) {
        List<SnapshotManifest> all = published.get();
        List<byte[]> made = view.decisions();
        if (decisions >= 0) {
            for (int i = Math.min(snapshots, all.size()); i < all.size(); i++) {
                String id = all.get(i).id();
                boolean again = all.subList(0, i).stream()
                        .anyMatch(before -> before.id().equals(id));
                events.accept(DecisionWords.name(id)
                        + (again ? " is published again: training goes on from it" : " is published"));
            }
            made.subList(Math.min(decisions, made.size()), made.size()).stream()
                    .map(RolloutDecisionCodec::decode)
                    .filter(decision -> !isTriedAgain(decision))
                    .forEach(decision -> events.accept(DecisionWords.of(decision)));
        }
        snapshots = all.size();
        decisions = made.size();
    }

    /** Something was decided between a look and the start that followed from it; the next look starts what is newest then. */
    private static boolean isTriedAgain(RolloutDecision decision) {
        return decision.isRefused() && decision.actor().equals(AutomaticStart.ACTOR);
    }
}
