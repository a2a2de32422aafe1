package io.stillstream.pipeline.run;

import io.stillstream.console.Console;
import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.broker.BrokerWatch;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.console.ConsoleSections;
import io.stillstream.pipeline.production.StudentProduction;
import io.stillstream.producer.ProducerReport;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.ScorerBacklog;
import io.stillstream.scorer.topology.ScorerStage;
import io.stillstream.trainer.config.TrainerConfig;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.report.TrainingReport;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All stages in one process, with the proxy where an upstream is configured. A run ends when its time is over, when it is
 * interrupted, or when its traffic has ended, which that of a proxy never does by itself, every
 * prompt on the topic has been scored and committed, and the trainer has trained on all of that; a stage that fails ends it
 * with that failure.
 */
public final class Pipeline {

    /** What runs in a pipeline's process. */
    public static final Set<Stage> STAGES =
            Collections.unmodifiableSet(EnumSet.of(Stage.PRODUCER, Stage.SCORER, Stage.TRAINER));

    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);
    private static final Duration SCORER_STOP = Duration.ofSeconds(60);

    private final StillstreamConfig config;
    private final Interruption interruption;
    private final RunDisplay display;
    private final boolean serving;

    /** @param serving whether the student is served, too, and its snapshots roll out */
    public Pipeline(StillstreamConfig config, Interruption interruption, RunDisplay display, boolean serving) {
        this.config = config;
        this.interruption = interruption;
        this.display = display;
        this.serving = serving;
    }

    /**
     * The outcome of a run.
     *
     * @param unscored prompts that the topic holds and no scorer has scored, as far as is known; 0 where the traffic has
     *     ended
     */
    public record Result(
            ProducerReport producer, TrainingReport trainer, long unscored, Progress progress, Duration elapsed) {}

    /** The stages while they run, each on a thread of its own. */
    private record Running(
            CompletableFuture<ProducerReport> producing,
            CompletableFuture<Void> scoring,
            CompletableFuture<TrainingReport> training) {

        /** A stage that only stops when told to has ended, or one has failed. */
        boolean isOver() {
            return producing.isCompletedExceptionally() || scoring.isDone() || training.isDone();
        }
    }

    /** @param atMost the longest that traffic flows; null for no limit */
    public Result run(@Nullable Duration atMost) {
        requireUsableTargets();
        config.trainer().devices().requireAvailable(TrainerConfig.DEVICE);
        long started = System.nanoTime();
        try (Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.PIPELINE);
                Console console = Console.start(config.console(), telemetry, Stage.PIPELINE.label());
                RunDisplay.Showing showing = showing(telemetry, console);
                Cluster cluster = Cluster.open(config);
                BrokerWatch watch = cluster.watch(config.kafka(), telemetry.health(), interruption);
                ConsoleSections sections = ConsoleSections.show(console, config, cluster.bootstrapServers(), true)) {
            showing.places(cluster.places(telemetry));
            showing.phase(RunPhase.LOADING);
            Stages stages = new Stages(config, cluster.bootstrapServers(), telemetry);
            try (Teacher teacher = stages.teacher();
                    TrainerStage trainer = stages.trainer();
                    ScorerStage scorer = stages.scorer(teacher)) {
                interruption.onRequest(() -> showing.phase(RunPhase.STOPPING));
                return interruption.endingWhereItCannotFinish(
                        () -> run(stages, scorer, trainer, telemetry, showing, atMost, started));
            }
        }
    }

    /** The console's address is known before anything that takes long. */
    private RunDisplay.Showing showing(Telemetry telemetry, Console console) {
        RunDisplay.Showing showing = display.start(telemetry::progress);
        console.address().ifPresent(showing::console);
        return showing;
    }

    /** The trainer would refuse the first record: better to say so before anything is scored. */
    private void requireUsableTargets() {
        new RecordCheck(config.trainer().loss(), "", null, null)
                .mismatch(config.teacher().selection(), config.teacher().ranking())
                .ifPresent(mismatch -> {
                    throw new PipelineException("the trainer could not use the teacher's records: " + mismatch);
                });
    }

    private Result run(
            Stages stages,
            ScorerStage scorer,
            TrainerStage trainer,
            Telemetry telemetry,
            RunDisplay.Showing showing,
            @Nullable Duration atMost,
            long started) {
        try (StudentProduction production = serving
                        ? StudentProduction.start(config, stages.bootstrapServers(), telemetry, showing::event)
                        : null;
                LiveTraffic traffic =
                        LiveTraffic.start(production == null ? config : production.routed(config), stages, telemetry)) {
            if (production != null) {
                showing.student(production.address());
            }
            traffic.proxy().ifPresent(showing::proxy);
            return run(traffic, stages, scorer, trainer, telemetry, showing, atMost, started);
        } finally {
            trainer.stop();
        }
    }

    private Result run(
            LiveTraffic traffic,
            Stages stages,
            ScorerStage scorer,
            TrainerStage trainer,
            Telemetry telemetry,
            RunDisplay.Showing showing,
            @Nullable Duration atMost,
            long started) {
        Running running = new Running(
                start(Stage.PRODUCER, traffic::run),
                start(Stage.SCORER, () -> terminated(scorer)),
                start(Stage.TRAINER, trainer::run));
        showing.phase(RunPhase.RUNNING);
        boolean scored = awaitEnd(running, stages, trainer, showing, atMost);
        showing.phase(scored ? RunPhase.FINISHING : RunPhase.STOPPING);
        traffic.stop();
        ProducerReport produced = result(running.producing());
        scorer.stop(SCORER_STOP);
        showing.phase(RunPhase.EVALUATING);
        trainer.stop();
        TrainingReport trained = result(running.training());
        result(running.scoring());
        showing.phase(RunPhase.STOPPING);
        return new Result(
                produced,
                trained,
                scored ? 0 : unscored(stages),
                telemetry.progress(),
                Duration.ofNanos(System.nanoTime() - started));
    }

    private static long unscored(Stages stages) {
        try (ScorerBacklog backlog = stages.backlog()) {
            return backlog.unscored().orElse(0);
        }
    }

    /** @return whether all that the topic held when the traffic had ended has been scored */
    private boolean awaitEnd(
            Running running,
            Stages stages,
            TrainerStage trainer,
            RunDisplay.Showing showing,
            @Nullable Duration atMost) {
        long deadline = atMost == null ? Long.MAX_VALUE : atMost.toNanos();
        long began = System.nanoTime();
        ScorerBacklog backlog = null;
        boolean scored = false;
        try {
            while (!interruption.requested() && !running.isOver() && System.nanoTime() - began < deadline) {
                interruption.await(LOOK_AGAIN);
                if (backlog == null && running.producing().isDone()) {
                    backlog = stages.backlog();
                    showing.phase(RunPhase.FINISHING);
                }
                if (backlog != null && !scored && backlog.isScored()) {
                    scored = true;
                    trainer.stopAtEnd();
                }
            }
            return scored;
        } finally {
            if (backlog != null) {
                backlog.close();
            }
        }
    }

    private static Void terminated(ScorerStage scorer) {
        try {
            scorer.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private static <T> CompletableFuture<T> start(Stage stage, Supplier<T> run) {
        return CompletableFuture.supplyAsync(run, task -> new Thread(task, stage.label()).start());
    }

    /** What a stage returned, or its own exception. */
    private static <T> T result(CompletableFuture<T> stage) {
        try {
            return stage.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new PipelineException("a stage failed: " + e.getCause(), e);
        }
    }
}
