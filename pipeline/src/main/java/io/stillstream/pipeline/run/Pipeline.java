package io.stillstream.pipeline.run;

import io.stillstream.monitoring.Progress;
import io.stillstream.monitoring.Stage;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.terminal.LiveLine;
import io.stillstream.producer.ProducerReport;
import io.stillstream.producer.stage.ProducerStage;
import io.stillstream.scorer.Teacher;
import io.stillstream.scorer.topology.ScorerStage;
import io.stillstream.trainer.examples.RecordCheck;
import io.stillstream.trainer.loop.TrainerStage;
import io.stillstream.trainer.loop.TrainingReport;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * All stages in one process. It ends when its time is over, when it is interrupted, or when its traffic has ended and
 * every record of it was trained on; a stage that fails ends it with that failure.
 */
public final class Pipeline {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);
    /** The pipeline is drained when nothing was waiting and nothing moved for so long. */
    private static final Duration SILENCE = Duration.ofSeconds(8);

    private static final Duration SCORER_STOP = Duration.ofSeconds(60);

    private final StillstreamConfig config;
    private final Interruption interruption;

    public Pipeline(StillstreamConfig config, Interruption interruption) {
        this.config = config;
        this.interruption = interruption;
    }

    /**
     * What a run came to.
     *
     * @param metrics where they were served; empty when they were not
     */
    public record Result(
            ProducerReport producer,
            TrainingReport trainer,
            Progress progress,
            Duration elapsed,
            Optional<URI> metrics) {}

    /** @param atMost the longest that traffic is let through; null for no limit */
    public Result run(Optional<Duration> atMost) {
        requireFeeding();
        long started = System.nanoTime();
        try (Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.PIPELINE);
                Cluster cluster = Cluster.open(config)) {
            telemetry.address().ifPresent(address -> System.out.println("Metrics are at " + address + "/metrics."));
            Stages stages = new Stages(config, cluster.bootstrapServers(), telemetry);
            try (Teacher teacher = stages.teacher();
                    TrainerStage trainer = stages.trainer();
                    ScorerStage scorer = stages.scorer(teacher)) {
                return run(stages.producer(), scorer, trainer, telemetry, atMost, started);
            }
        }
    }

    /** The one stage's records are the other's food: better to say so before anything is scored. */
    private void requireFeeding() {
        new RecordCheck(config.trainer().loss(), "")
                .mismatch(config.teacher().selection(), config.teacher().ranking())
                .ifPresent(mismatch -> {
                    throw new PipelineException("the teacher's records would not feed the trainer: " + mismatch);
                });
    }

    private Result run(
            ProducerStage producer,
            ScorerStage scorer,
            TrainerStage trainer,
            Telemetry telemetry,
            Optional<Duration> atMost,
            long started) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            CompletableFuture<ProducerReport> producing = start(producer::run, threads);
            CompletableFuture<TrainingReport> training = start(trainer::run, threads);
            CompletableFuture<Void> scoring = start(() -> terminated(scorer), threads);
            try (LiveLine line = LiveLine.start(telemetry::progress)) {
                awaitEnd(producing, training, scoring, telemetry::progress, atMost);
            }
            producer.stop();
            ProducerReport produced = result(producing);
            scorer.stop(SCORER_STOP);
            trainer.stop();
            TrainingReport trained = result(training);
            result(scoring);
            return new Result(
                    produced,
                    trained,
                    telemetry.progress(),
                    Duration.ofNanos(System.nanoTime() - started),
                    telemetry.address());
        } finally {
            producer.stop();
            trainer.stop();
            threads.shutdown();
        }
    }

    private void awaitEnd(
            CompletableFuture<ProducerReport> producing,
            CompletableFuture<TrainingReport> training,
            CompletableFuture<Void> scoring,
            Supplier<Progress> progress,
            Optional<Duration> atMost) {
        long began = System.nanoTime();
        long lastMoved = began;
        Progress before = progress.get();
        while (!interruption.requested()) {
            interruption.await(LOOK_AGAIN);
            boolean failed = training.isDone() || scoring.isDone() || producing.isCompletedExceptionally();
            long now = System.nanoTime();
            if (failed || atMost.filter(limit -> now - began >= limit.toNanos()).isPresent()) {
                return;
            }
            Progress current = progress.get();
            boolean waiting = current.bufferedPrompts() > 0
                    || current.lag().values().stream().anyMatch(lag -> lag > 0);
            if (waiting || !producing.isDone() || moved(before, current)) {
                lastMoved = now;
            } else if (now - lastMoved >= SILENCE.toNanos()) {
                return;
            }
            before = current;
        }
    }

    private static boolean moved(Progress before, Progress after) {
        return before.scoredTokens() != after.scoredTokens()
                || before.step() != after.step()
                || before.deadLetters() != after.deadLetters();
    }

    private static Void terminated(ScorerStage scorer) {
        try {
            scorer.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private static <T> CompletableFuture<T> start(Supplier<T> stage, ExecutorService threads) {
        return CompletableFuture.supplyAsync(stage, threads);
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
