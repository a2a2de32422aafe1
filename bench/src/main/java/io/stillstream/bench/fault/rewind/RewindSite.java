package io.stillstream.bench.fault.rewind;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.contract.rewind.RewindAnswer;
import io.stillstream.contract.rewind.RewindOrder;
import io.stillstream.contract.rewind.RewindRequest;
import io.stillstream.contract.rollout.RolloutDecision;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.contract.rollout.RolloutVerb;
import io.stillstream.contract.rollout.SnapshotReference;
import io.stillstream.contract.rollout.codec.RolloutDecisionCodec;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.RewindReader;
import io.stillstream.rollout.control.RewindReader.Rewinding;
import io.stillstream.rollout.control.RolloutReader;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.trainer.checkpoint.Snapshot;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.ledger.LedgerAudit;
import io.stillstream.trainer.ledger.LedgerEntry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A trainer and a controller that run, what can be seen of them from outside, and who commands. For one thread. */
final class RewindSite implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final long LOOK_MILLIS = 2;

    private final TrainerProcess trainer;
    private final StageProcess controller;
    private final RolloutReader rollout;
    private final RewindReader rewinds;
    private final InputSender sender;
    private final SnapshotStore snapshots;
    private final Path trained;
    private int failures;

    RewindSite(RewindTestbed testbed) {
        trained = TrainerSettings.directory(testbed.data());
        trainer = testbed.trainer();
        controller = testbed.controller();
        rollout = new RolloutReader(testbed.kafka(), testbed.topics().studentRollout());
        rewinds = new RewindReader(testbed.kafka(), testbed.topics().trainingControl());
        sender = new InputSender(testbed.kafka(), testbed.topics().rolloutInputs());
        snapshots = new SnapshotStore(trained, Clock.systemUTC());
    }

    void start() {
        trainer.start();
        controller.start();
    }

    StageProcess process(boolean ofController) {
        return ofController ? controller : trainer.process();
    }

    /** How often one of them ended by itself. */
    int failures() {
        return failures;
    }

    RolloutView view() {
        return rollout.read();
    }

    List<Snapshot> snapshots() {
        return snapshots.list();
    }

    List<Rewinding> rewindings() {
        return rewinds.read();
    }

    void send(
            String id,
            RolloutVerb verb,
            @Nullable SnapshotReference candidate,
            boolean full,
            @Nullable RewindRequest rewind) {
        sender.send(new RolloutInput.Command(
                id,
                verb,
                "bench",
                "",
                candidate,
                full,
                rewind,
                view().state().revision(),
                Clock.systemUTC().instant()));
    }

    Optional<RolloutDecision> decision(String id) {
        return view().decisions().stream()
                .map(RolloutDecisionCodec::decode)
                .filter(decision -> decision.input().equals(id))
                .findFirst();
    }

    Optional<RewindOrder> order(long decision) {
        return rewindings().stream()
                .map(Rewinding::order)
                .filter(order -> order.decision() == decision)
                .findFirst();
    }

    /** Whether the ledger has the line that obeys it. */
    boolean isObeyed(RewindOrder order) {
        return LedgerAudit.of(trained).lines().stream()
                .map(LedgerAudit.Line::entry)
                .anyMatch(entry -> entry instanceof LedgerEntry.Rewound rewound
                        && rewound.order().equals(order.id()));
    }

    Optional<RewindAnswer> answer(RewindOrder order) {
        return rewindings().stream()
                .filter(rewinding -> rewinding.order().id().equals(order.id()))
                .flatMap(rewinding -> rewinding.answers().stream())
                .findFirst();
    }

    /** Waits, and starts what ended by itself again, as a supervisor would. */
    <T> T await(String what, Supplier<Optional<T>> look) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Optional<T> found = look.get();
        while (found.isEmpty()) {
            for (StageProcess process : List.of(controller, trainer.process())) {
                if (process.failed()) {
                    failures++;
                    process.start();
                }
            }
            if (System.nanoTime() > deadline) {
                throw new PipelineException(
                        what + " did not come within " + PATIENCE.toSeconds() + " s; the logs say why");
            }
            Thread.sleep(LOOK_MILLIS);
            found = look.get();
        }
        return found.get();
    }

    /** Has both end in their own time. */
    void stop() throws InterruptedException {
        controller.stop(PATIENCE);
        trainer.process().stop(PATIENCE);
    }

    @Override
    public void close() {
        controller.close();
        trainer.close();
        rollout.close();
        rewinds.close();
        sender.close();
    }
}
