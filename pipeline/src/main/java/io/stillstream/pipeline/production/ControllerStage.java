package io.stillstream.pipeline.production;

import io.stillstream.contract.Topics;
import io.stillstream.contract.rollout.RolloutInput;
import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.rollout.GateMeters;
import io.stillstream.monitoring.rollout.JudgeMeters;
import io.stillstream.monitoring.rollout.RolloutMeters;
import io.stillstream.pipeline.broker.TopicReader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.gate.GateRun;
import io.stillstream.pipeline.production.probe.ServedProbe;
import io.stillstream.rollout.control.AutomaticStart;
import io.stillstream.rollout.control.GateStep;
import io.stillstream.rollout.control.InputSender;
import io.stillstream.rollout.control.JudgeStep;
import io.stillstream.rollout.control.MeteredRollout;
import io.stillstream.rollout.control.RolloutController;
import io.stillstream.rollout.control.RolloutView;
import io.stillstream.rollout.control.RolloutWatch;
import io.stillstream.rollout.delivery.DeliveryTarget;
import io.stillstream.rollout.delivery.ProbeConfig;
import io.stillstream.trainer.checkpoint.SnapshotStore;
import io.stillstream.trainer.storage.DataDirectory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rollout's controller, and what tells it what to do: the judge of what serves, the gate, where the trainer's directory is at
 * hand, and new snapshots, where the rollout is automatic.
 */
public final class ControllerStage implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerStage.class);

    private final RolloutController controller;
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<RolloutWatch> watches = new ArrayList<>();

    private ControllerStage(RolloutController controller) {
        this.controller = controller;
    }

    /**
     * Watches from here on; {@link #run} controls.
     *
     * @param kafka client properties of a cluster that has the rollout's topics
     * @param telemetry of this process, where the rollout is shown
     */
    public static ControllerStage open(StillstreamConfig config, Map<String, Object> kafka, Telemetry telemetry) {
        Clock clock = Clock.systemUTC();
        Path trainer = config.trainerDirectory();
        var store = new SnapshotStore(trainer, clock);
        // A controller may well run where no trainer does, or start before it.
        BooleanSupplier beside = () -> Files.isDirectory(DataDirectory.aliases(trainer));
        List<DeliveryTarget> told = new ArrayList<>();
        told.add(new TrainerAliases(store, beside));
        var sender = new InputSender(kafka, config.topics().rolloutInputs());
        var meters = new RolloutMeters(telemetry.registry(), clock);
        Path snapshots = DataDirectory.snapshots(trainer);
        ProbeConfig probe = config.rollout().delivery().probe();
        if (probe.asks()) {
            told.add(new ServedProbe(probe, snapshots, sender::send, meters, clock));
        }
        var controller = new RolloutController(kafka, config.topics(), config.rollout(), snapshots, told, clock);
        controller.whenGivenUp(meters::recordDeliveryGivenUp);
        var stage = new ControllerStage(controller);
        try {
            stage.opened(sender);
            stage.watch(config, kafka, store, beside, sender::send, meters, telemetry, clock);
            return stage;
        } catch (RuntimeException e) {
            stage.close();
            throw e;
        }
    }

    private void watch(
            StillstreamConfig config,
            Map<String, Object> kafka,
            SnapshotStore store,
            BooleanSupplier beside,
            Consumer<RolloutInput> inputs,
            RolloutMeters meters,
            Telemetry telemetry,
            Clock clock) {
        // On a thread of its own: the gate may take minutes.
        watch(kafka, config.topics(), List.of(new MeteredRollout(meters)));
        if (config.rollout().judge().enabled()) {
            // Beside the gate: what serves is judged all the time.
            JudgeStep judge = opened(new JudgeStep(
                    config.rollout().judge(),
                    kafka,
                    config.topics(),
                    inputs,
                    new JudgeMeters(telemetry.registry()),
                    clock));
            watch(kafka, config.topics(), List.of(whileControlling(judge)));
        }
        List<Consumer<RolloutView>> watchers = new ArrayList<>();
        var gateMeters = new GateMeters(telemetry.registry());
        var gate = new GateRun(config, store, opened(new TopicReader(kafka)));
        var step = new GateStep(gate, inputs, gateMeters, config.rollout().gateEvery(), clock);
        watchers.add(whileControlling(view -> {
            if (beside.getAsBoolean()) {
                step.accept(view);
            }
        }));
        if (!beside.getAsBoolean()) {
            LOG.info(
                    "no trainer's directory is at {}: until there is one, a candidate at the gate waits for somebody to"
                            + " promote it",
                    config.dataDirectory());
        }
        if (config.rollout().automatic()) {
            var published = opened(PublishedLine.open(kafka, config.topics()));
            watchers.add(whileControlling(new AutomaticStart(published, inputs, clock)));
        }
        watch(kafka, config.topics(), watchers);
    }

    /** What it sends outlives it: a controller that may not control would tell the next one what to do. */
    private Consumer<RolloutView> whileControlling(Consumer<RolloutView> watcher) {
        return view -> {
            if (controller.controls()) {
                watcher.accept(view);
            }
        };
    }

    private void watch(Map<String, Object> kafka, Topics topics, List<Consumer<RolloutView>> watchers) {
        watches.add(opened(RolloutWatch.start(kafka, topics, watchers)));
    }

    private <T extends AutoCloseable> T opened(T resource) {
        resources.add(0, resource);
        return resource;
    }

    /**
     * Controls until {@link #stop} is called.
     *
     * @throws io.stillstream.rollout.FencedException when another controller has taken over
     */
    public void run() {
        controller.run();
    }

    /** Passed while commands are obeyed, and candidates are looked at. */
    public HealthCheck readiness() {
        if (!controller.controls()) {
            return HealthCheck.failed("starting, stopping or waiting for brokers");
        }
        return watches.stream()
                .map(RolloutWatch::failure)
                .filter(failure -> !failure.isEmpty())
                .findFirst()
                .map(failure -> HealthCheck.failed("commands are obeyed, but nobody looks at candidates: " + failure))
                .orElseGet(() -> HealthCheck.passed("controlling"));
    }

    /** @see RolloutController#waits */
    public boolean waits() {
        return controller.waits();
    }

    /** From another thread: ends {@link #run} soon. */
    public void stop() {
        controller.stop();
    }

    @Override
    public void close() {
        controller.stop();
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                LOG.debug("what the controller used was not closed", e);
            }
        }
    }
}
