package io.stillstream.trainer.rewind;

import io.stillstream.contract.SnapshotManifest;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.monitoring.distillation.TrainerMeters;
import io.stillstream.trainer.FencedException;
import io.stillstream.trainer.TrainerException;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.Ledger;
import io.stillstream.trainer.ledger.LedgerEntry;
import io.stillstream.trainer.offsets.Offsets;
import io.stillstream.trainer.offsets.PassedOver;
import io.stillstream.trainer.storage.DataDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Obeys orders to go back, between two steps of a trainer that runs. What decides is a line in the ledger that names the order:
 * before it nothing has happened, and after it everything has, so that a kill at any moment leaves one of the two, and an order
 * is obeyed once. An order that cannot be obeyed is refused, and training goes on. For the training thread.
 */
public final class RewindControl implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RewindControl.class);

    private final RewindOrders orders;
    private final TargetsStretch topic;
    private final DataDirectory data;
    private final Ledger ledger;
    private final SnapshotStore snapshots;
    private final TrainerMeters meters;
    private final Clock clock;
    private final Rewind rewind;
    private final Queue<RewindOrder> due = new ArrayDeque<>();

    public RewindControl(
            RewindOrders orders,
            TargetsStretch topic,
            DataDirectory data,
            Ledger ledger,
            SnapshotStore snapshots,
            TrainerMeters meters,
            Clock clock) {
        this.orders = orders;
        this.topic = topic;
        this.data = data;
        this.ledger = ledger;
        this.snapshots = snapshots;
        this.meters = meters;
        this.clock = clock;
        this.rewind = new Rewind(data.root());
    }

    /** Returns once what was ordered before is known, or the brokers have not said so in time. To be called once. */
    public void begin(Duration patience) {
        orders.begin(data.id(), patience);
    }

    /** Whether there is an order to {@link #obey}; quick. */
    public boolean isDue() {
        RewindOrder next = orders.next();
        if (next != null) {
            due.add(next);
        }
        return !due.isEmpty();
    }

    /**
     * Obeys what is due, or refuses it. No checkpoint must be on its way to be written.
     *
     * @return whether training goes on from elsewhere now: what was trained and read since is of no use any more
     * @throws TrainerException when the ledger cannot be written, or another trainer has the directory
     */
    public boolean obey() {
        while (isDue()) {
            RewindOrder order = due.remove();
            Optional<Ledger.Obeyed> before = ledger.obeyed(order.id());
            if (before.isPresent()) {
                LOG.info("the rewind of decision {} was obeyed before", order.decision());
                LedgerEntry.Rewound rewound = before.get().rewound();
                answer(
                        order,
                        new Rewind.Result(
                                rewound.to(), rewound.step(), before.get().abandonedSteps(), rewound.passedOver()),
                        before.get().added(),
                        rewound.records());
            } else if (obey(order)) {
                return true;
            }
        }
        return false;
    }

    private boolean obey(RewindOrder order) {
        Snapshot target;
        QuarantineSearch.Found found;
        try {
            SnapshotManifest champion = champion(order);
            found = new QuarantineSearch(ledger.liveSteps(), topic)
                    .find(order.request().quarantine(), champion, order.ends());
            target = rewind.target(champion.id(), found.passedOver().ranges());
            requireReadable(target);
        } catch (FencedException e) {
            throw e;
        } catch (RuntimeException e) {
            refuse(order, e.getMessage() == null ? e.toString() : e.getMessage());
            return false;
        }
        PassedOver before = ledger.passedOver();
        Rewind.Result result = rewind.to(
                target,
                found.passedOver(),
                found.records(),
                found.abandoned(),
                false,
                order.id(),
                order.request().quarantine() + ", decision " + order.decision(),
                data,
                ledger);
        LOG.info(
                "decision {} takes training back to {}, step {}: {} steps are abandoned, and {} records that were"
                        + " trained on are passed over, {} ({})",
                order.decision(),
                result.to(),
                result.step(),
                result.abandonedSteps(),
                found.records(),
                found.passedOver().summary(),
                order.request().quarantine());
        meters.recordRewind(true);
        answer(order, result, result.passedOver().without(before), found.records());
        return true;
    }

    /** The snapshot that the order names, and no other of that name. */
    private SnapshotManifest champion(RewindOrder order) {
        Snapshot champion = snapshots.list().stream()
                .filter(snapshot -> snapshot.manifest().id().equals(order.snapshot()))
                .findFirst()
                .orElseThrow(
                        () -> new TrainerException("there is no snapshot " + order.snapshot() + " in " + data.root()
                                + ": it is another trainer's, or was removed (trainer.snapshots.keep); expected one of "
                                + snapshots.list().stream()
                                        .map(snapshot -> snapshot.manifest().id())
                                        .collect(Collectors.joining(", "))));
        String weights = Snapshot.weights(champion.manifest().files()).orElse("");
        if (!weights.equals(order.contentHash())) {
            throw new TrainerException("the snapshot " + order.snapshot() + " in " + data.root()
                    + " has the content hash " + weights + "; the order names " + order.contentHash());
        }
        return champion.manifest();
    }

    /** Where the topic has lost what comes after the checkpoint, training could not go on there, nor start again. */
    private void requireReadable(Snapshot target) {
        Map<TopicPartition, Long> next =
                Offsets.parse(target.manifest().offsets()).offsets();
        Map<Integer, Long> earliest = topic.earliest(
                next.keySet().stream().map(TopicPartition::partition).toList());
        next.forEach((partition, first) -> {
            long oldest = earliest.getOrDefault(partition.partition(), first);
            if (oldest > first && ledger.passed(partition, first, oldest - 1).isEmpty()) {
                throw new TrainerException("training could not go on from "
                        + target.manifest().id()
                        + ": the records of partition " + partition.partition() + " from offset " + first + " to "
                        + (oldest - 1)
                        + " are no longer on the topic");
            }
        });
    }

    /** The same whenever it was obeyed. */
    private void answer(RewindOrder order, Rewind.Result result, PassedOver added, long records) {
        orders.answer(new RewindAnswer(
                order.id(),
                data.id(),
                "",
                result.to(),
                result.step(),
                result.abandonedSteps(),
                added.summary(),
                records,
                clock.instant()));
    }

    private void refuse(RewindOrder order, String why) {
        LOG.warn("the rewind of decision {} is refused, and training goes on: {}", order.decision(), why);
        meters.recordRewind(false);
        orders.answer(new RewindAnswer(order.id(), data.id(), why, order.snapshot(), 0, 0, "", 0, clock.instant()));
    }

    @Override
    public void close() {
        orders.close();
    }
}
