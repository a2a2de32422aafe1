package io.stillstream.pipeline.production;

import io.stillstream.contract.rollout.RolloutDelivery;
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
 * The aliases in a trainer's directory. The champion's is moved with it: {@code stillstream snapshots} shows it, and the trainer, which
 * removes old snapshots, keeps what it names. The candidate's, which the trainer moves to each new snapshot, goes back to the
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
        return there.getAsBoolean() && (delivery.movesChampion() || delivery.rejected() != null);
    }

    @Override
    public void deliver(RolloutDelivery delivery) {
        SnapshotReference champion = delivery.to();
        if (delivery.movesChampion()) {
            point(Alias.CHAMPION, champion);
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

    private Optional<Snapshot> find(String id) {
        return store.list().stream()
                .filter(found -> found.manifest().id().equals(id))
                .findFirst();
    }
}
