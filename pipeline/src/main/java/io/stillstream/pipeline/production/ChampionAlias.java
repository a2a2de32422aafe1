package io.stillstream.pipeline.production;

import io.stillstream.contract.rollout.RolloutDelivery;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.rollout.delivery.DeliveryException;
import io.stillstream.rollout.delivery.DeliveryTarget;
import io.stillstream.trainer.checkpoint.Alias;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;

/**
 * The alias of the champion in a trainer's directory: {@code stillstream snapshots} shows it, and the trainer, which removes old
 * snapshots, keeps what it names.
 */
final class ChampionAlias implements DeliveryTarget {

    private static final String NAME = "alias";

    private final SnapshotStore store;

    ChampionAlias(SnapshotStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean concerns(RolloutDelivery delivery) {
        return delivery.movesChampion();
    }

    @Override
    public void deliver(RolloutDelivery delivery) {
        SnapshotReference champion = delivery.to();
        if (champion == null) {
            store.removeAlias(Alias.CHAMPION);
            return;
        }
        Snapshot snapshot = store.list().stream()
                .filter(found -> found.manifest().id().equals(champion.id()))
                .findFirst()
                .orElseThrow(() -> new DeliveryException("the trainer's directory has no snapshot " + champion.id()
                        + "; the alias of the champion stays as it is"));
        store.alias(Alias.CHAMPION, snapshot);
    }
}
