package io.stillstream.pipeline.production;

import io.stillstream.monitoring.HealthCheck;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.producer.proxy.config.ProxyConfig;
import io.stillstream.producer.proxy.config.RolloutRouting;
import io.stillstream.rollout.FencedException;
import io.stillstream.rollout.control.RolloutWatch;
import io.stillstream.serving.http.ServingStage;
import io.stillstream.serving.weights.Follow;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The student in production, in the process that trains it: a server for the champion, one for the candidate that is on its way,
 * and the rollout's controller; and, where prompts are to be answered for training, one of the newest snapshot.
 */
public final class StudentProduction implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StudentProduction.class);

    private static final String CHAMPION = "student-champion";
    private static final String CANARY = "student-canary";

    private final ServingStage champion;
    private final ServingStage canary;
    private final Optional<ServingStage> newest;
    private final ControllerStage controller;
    private final SnapshotFollower published;
    private final RolloutWatch timeline;
    private final Thread thread;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Why nobody in this process controls the rollout any more; null while somebody does. */
    private volatile @Nullable String ended;
    /** Whether it ended by a fault, and not because another one controls. */
    private volatile boolean failed;

    private StudentProduction(
            ServingStage champion,
            ServingStage canary,
            Optional<ServingStage> newest,
            ControllerStage controller,
            SnapshotFollower published,
            RolloutWatch timeline) {
        this.champion = champion;
        this.canary = canary;
        this.newest = newest;
        this.controller = controller;
        this.published = published;
        this.timeline = timeline;
        this.thread = new Thread(this::control, "rollout-controller");
        this.thread.setDaemon(true);
    }

    /**
     * Serves and controls from here on. The trainer's directory is there already. Where the controller ends, what serves goes on as
     * it is, and the process is not ready any more; nor live, unless another controller has taken over.
     *
     * @param events gets a sentence for whatever becomes of a snapshot
     */
    public static StudentProduction start(
            StillstreamConfig config, String bootstrapServers, Telemetry telemetry, Consumer<String> events) {
        Map<String, Object> kafka = config.kafka().clientProperties(bootstrapServers);
        ServingStage champion = server(config, Follow.CHAMPION, kafka, telemetry);
        ServingStage canary = server(config, Follow.CANARY, kafka, telemetry);
        Optional<ServingStage> newest = config.serving().answerPrompts().enabled()
                ? Optional.of(server(config, Follow.CANDIDATE, kafka, telemetry))
                : Optional.empty();
        var published = new SnapshotFollower(kafka, config.topics().studentSnapshots());
        var timeline = RolloutWatch.start(kafka, config.topics(), List.of(new RolloutTimeline(published, events)));
        var production = new StudentProduction(
                champion, canary, newest, ControllerStage.open(config, kafka, telemetry), published, timeline);
        telemetry.health().ready(Stage.ROLLOUT.label(), production::readiness);
        telemetry.health().live(Stage.ROLLOUT.label(), production::liveness);
        production.thread.start();
        return production;
    }

    /** All but the champion take any free port: callers reach the canary through the proxy, and the newest not at all. */
    private static ServingStage server(
            StillstreamConfig config, Follow follow, Map<String, Object> kafka, Telemetry telemetry) {
        Map<String, String> settings = new HashMap<>(Map.of("serving.follow", follow.label()));
        if (follow != Follow.CHAMPION) {
            settings.put("serving.port", "0");
        }
        if (follow != Follow.CANDIDATE) {
            settings.put("serving.answer-prompts.share", "0");
        }
        StillstreamConfig serving = new ConfigLoader(Map.of()).load(config, null, settings);
        Path trainer = config.trainerDirectory();
        ServingStage stage = ServingStage.start(serving.serving(), trainer, config.topics(), kafka, telemetry);
        telemetry.health().live(Stage.SERVING.label() + "-" + follow.label(), stage::liveness);
        return stage;
    }

    /** Where the champion is served, as {@code http://127.0.0.1:4100}. */
    public URI address() {
        return champion.address();
    }

    /** The configuration with a proxy, where there is one, that routes to these servers as the rollout says. */
    public StillstreamConfig routed(StillstreamConfig config) {
        ProxyConfig proxy = config.proxy();
        if (proxy.upstreams().isEmpty() || proxy.rollout().enabled()) {
            return config;
        }
        RolloutRouting routing =
                proxy.rollout().between(CHAMPION, CANARY, config.serving().modelName());
        return config.withProxy(proxy.routing(routing, champion.address() + "/v1", canary.address() + "/v1"));
    }

    private void control() {
        try {
            controller.run();
        } catch (FencedException e) {
            ended = "another controller has taken the rollout over";
            LOG.warn("{}: {}", ended, e.getMessage());
        } catch (RuntimeException | Error e) {
            failed = true;
            ended = "the rollout's controller has ended; the log says why";
            LOG.error("the rollout's controller has ended; what serves stays as it is, whatever becomes of it", e);
        }
    }

    private HealthCheck readiness() {
        String why = ended;
        return why == null ? controller.readiness() : HealthCheck.failed(why);
    }

    private HealthCheck liveness() {
        String why = ended;
        return new HealthCheck(!failed, why == null ? "" : why);
    }

    /** Open requests end first. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        controller.stop();
        timeline.close();
        published.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        controller.close();
        newest.ifPresent(ServingStage::close);
        canary.drain();
        canary.close();
        champion.drain();
        champion.close();
    }
}
