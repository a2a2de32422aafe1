package io.stillstream.pipeline.production;

import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.delivery.DeliveryException;
import io.stillstream.rollout.delivery.DeliveryTarget;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The aliases in a trainer's directory. Those of the champion, of the champion before and of what is on its way beside it are moved with
 * them: {@code stillstream snapshots} shows them, and the trainer, which removes old snapshots, keeps what they name. The candidate's, which the trainer moves to each new snapshot, goes back to the
 * champion where it names what was rejected.
 */
final class TrainerAliases implements DeliveryTarget {

    private static final String NAME = "alias";

    private final SnapshotStore store;
    private final BooleanSupplier there;

    /** @param there whether the trainer's directory is, which a trainer makes at its first start */
    TrainerAliases(SnapshotStore store, BooleanSupplier there) {
        this.store = store;
        this.there = there;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean concerns(RolloutDelivery delivery) {
        return there.getAsBoolean() && (delivery.verb() == RolloutVerb.START || delivery.candidate() == null);
    }

    @Override
    public void deliver(RolloutDelivery delivery) {
        SnapshotReference champion = delivery.to();
        keep(Alias.CANARY, delivery.candidate());
        if (delivery.movesChampion()) {
            point(Alias.CHAMPION, champion);
            keep(Alias.PREVIOUS, champion == null ? null : comesBack(delivery));
        }
        SnapshotReference rejected = delivery.rejected();
        if (rejected != null && names(Alias.CANDIDATE, rejected)) {
            point(Alias.CANDIDATE, champion);
        }
    }

    /** Whether it names these weights, by whatever id: a newer snapshot is another one. */
    private boolean names(Alias alias, SnapshotReference weights) {
        String id = store.aliases().get(alias);
        return id != null
                && (id.equals(weights.id())
                        || find(id).flatMap(snapshot ->
                                        Snapshot.weights(snapshot.manifest().files()))
                                .filter(weights.contentHash()::equals)
                                .isPresent());
    }

    private void point(Alias alias, @Nullable SnapshotReference to) {
        if (to == null) {
            store.removeAlias(alias);
            return;
        }
        store.alias(
                alias,
                find(to.id())
                        .orElseThrow(() -> new DeliveryException("the trainer's directory has no snapshot " + to.id()
                                + "; the alias " + alias.name().toLowerCase(Locale.ROOT) + " stays as it is")));
    }

    /** What a rollback of the new champion brings back; null where nothing does. */
    private static @Nullable SnapshotReference comesBack(RolloutDelivery delivery) {
        SnapshotReference before = delivery.from();
        return before == null || before.equals(delivery.rejected()) ? null : before;
    }

    /** Where it is gone already there is nothing to be kept. */
    private void keep(Alias alias, @Nullable SnapshotReference kept) {
        Optional<Snapshot> found = kept == null ? Optional.empty() : find(kept.id());
        found.ifPresentOrElse(snapshot -> store.alias(alias, snapshot), () -> store.removeAlias(alias));
    }

    private Optional<Snapshot> find(String id) {
        return store.list().stream()
                .filter(found -> found.manifest().id().equals(id))
                .findFirst();
    }
}
