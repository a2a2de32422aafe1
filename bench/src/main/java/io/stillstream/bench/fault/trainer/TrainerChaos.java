package io.stillstream.bench.fault.trainer;

import io.stillstream.bench.fault.trainer.process.KillOutcome;
import io.stillstream.bench.fault.trainer.process.TrainerFiles;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Kills a trainer again and again, and compares its weights with those of one that was not killed.
 *
 * <p>A broker in this process holds a topic that was filled once. One {@code stillstream train} reads it to its end
 * undisturbed. Another one, in a data directory of its own, is killed with SIGKILL at times drawn from a seed: while it
 * starts, repeats steps, trains, writes checkpoints, publishes. After each kill the directory is checked, and the trainer
 * is started again. In the end weights and optimizer of both must be the same bytes, and the survivor's ledger must list
 * every record once.
 */
public final class TrainerChaos {

    private static final TrainerSettings.Pace USUAL = new TrainerSettings.Pace(256, 10, 25);
    /** Something is written most of the time. */
    private static final TrainerSettings.Pace PUBLISHING = new TrainerSettings.Pace(256, 1, 2);

    private static final Duration POLL = Duration.ofMillis(2);
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration LONGEST = Duration.ofHours(1);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);

    private static final Map<KillTarget, Duration> MOMENTS = Map.of(
            KillTarget.REPLAY, Duration.ofMillis(150),
            KillTarget.STEP, Duration.ofMillis(500),
            KillTarget.CHECKPOINT, Duration.ofMillis(60),
            KillTarget.SNAPSHOT, Duration.ofMillis(120));

    private final TrainerChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final long started = System.nanoTime();
    private final Map<KillOutcome, Integer> outcomes = new EnumMap<>(KillOutcome.class);
    private final List<String> torn = new ArrayList<>();

    private long printed = started;
    private int kills;
    private int tornLedgers;
    private int wrongResumptions;
    private int failures;
    private Duration start = Duration.ZERO;
    private Duration alone = Duration.ZERO;
    private Optional<String> whole = Optional.empty();

    public TrainerChaos(TrainerChaosOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
    }

    public TrainerChaosReport run() throws InterruptedException {
        try (FaultTestbed testbed =
                FaultTestbed.prepare(options.directory(), options.partitions(), options.records(), options.seed())) {
            TopicContents contents = testbed.contents();
            TrainerSettings full = options.publishing()
                    ? TrainerSettings.of(testbed.tinyStudent(options.seed()), PUBLISHING)
                    : TrainerSettings.of(testbed.bundledStudent(), USUAL);
            TrainerSettings settings = options.lora() ? full.withLora() : full;
            FinalState reference;
            try (TrainerProcess trainer = testbed.trainer("undisturbed", settings)) {
                runUndisturbed(trainer);
                reference = FinalState.of(trainer.files(), contents);
            }
            out.printf(
                    Locale.ROOT,
                    "%4d s | undisturbed: %,d steps in %d s, of them %.1f s until it read%n",
                    elapsed().toSeconds(),
                    reference.step(),
                    alone.toSeconds(),
                    start.toMillis() / 1e3);
            FinalState survivor;
            try (TrainerProcess trainer =
                    options.naive() ? testbed.naiveTrainer("killed", settings) : testbed.trainer("killed", settings)) {
                killAgainAndAgain(trainer, reference.step());
                survivor = FinalState.of(trainer.files(), contents);
            }
            return new TrainerChaosReport(
                    options.naive(),
                    options.seed(),
                    options.kills(),
                    kills,
                    outcomes,
                    tornLedgers,
                    torn,
                    wrongResumptions,
                    failures,
                    contents.count(TopicContents.Kind.TRAINABLE),
                    reference,
                    survivor,
                    contents.count(TopicContents.Kind.UNREADABLE),
                    testbed.letters(),
                    start,
                    alone,
                    elapsed());
        }
    }

    private void runUndisturbed(TrainerProcess trainer) throws InterruptedException {
        long began = System.nanoTime();
        trainer.start();
        await(trainer::hasBegun, trainer, PATIENCE);
        start = Duration.ofNanos(System.nanoTime() - began);
        await(() -> false, trainer, LONGEST);
        alone = Duration.ofNanos(System.nanoTime() - began);
        requireEnd(trainer);
    }

    private void killAgainAndAgain(TrainerProcess trainer, long steps) throws InterruptedException {
        trainer.start();
        for (TrainerKillPlan.Kill kill : TrainerKillPlan.of(options.kills(), options.publishing(), options.seed())) {
            if (interruption.requested()) {
                break;
            }
            reach(kill, Math.round(kill.from() * steps), trainer);
            trainer.process().kill();
            if (trainer.process().failed()) {
                ended(trainer);
            }
            kills++;
            inspect(trainer);
            trainer.start();
        }
        await(() -> false, trainer, LONGEST);
        requireEnd(trainer);
        checkResumption(trainer);
    }

    /** Returns when it is time for a kill, or the trainer has ended. */
    private void reach(TrainerKillPlan.Kill kill, long step, TrainerProcess trainer) throws InterruptedException {
        TrainerFiles files = trainer.files();
        BooleanSupplier moment = switch (kill.target()) {
            case START -> () -> true;
            case REPLAY -> trainer::hasBegun;
            case STEP -> () -> trainer.hasBegun() && files.listedStep() >= step;
            case CHECKPOINT -> () -> trainer.hasBegun() && files.listedStep() >= step && files.isWritingCheckpoint();
            case SNAPSHOT -> () -> trainer.hasBegun() && files.listedStep() >= step && files.isWritingSnapshot();
        };
        await(moment, trainer, LONGEST);
        Duration length = MOMENTS.getOrDefault(kill.target(), start);
        await(() -> false, trainer, Duration.ofMillis(Math.round(length.toMillis() * kill.delay())));
    }

    private void inspect(TrainerProcess trainer) {
        checkResumption(trainer);
        TrainerFiles files = trainer.files();
        outcomes.merge(files.outcome(trainer.hasBegun(), trainer.hasStepped()), 1, Integer::sum);
        tornLedgers += files.audit().tornBytes() > 0 ? 1 : 0;
        torn.addAll(files.torn());
        whole = files.newestCheckpoint().map(Snapshot::manifest).map(manifest -> manifest.id());
    }

    /** A trainer must resume from the checkpoint that was the newest intact one when it was started. */
    private void checkResumption(TrainerProcess trainer) {
        Optional<String> resumedFrom = trainer.resumedFrom();
        boolean other = resumedFrom.isPresent() ? !resumedFrom.equals(whole) : trainer.hasBegun() && whole.isPresent();
        wrongResumptions += other && !options.naive() ? 1 : 0;
    }

    private void ended(TrainerProcess trainer) {
        if (trainer.process().exitValue() != 0) {
            failures++;
            out.println("a trainer ended by itself with exit code "
                    + trainer.process().exitValue() + "; the end of its log:");
            trainer.log()
                    .lines()
                    .skip(Math.max(0, trainer.log().lines().count() - 10))
                    .forEach(out::println);
        }
    }

    private void requireEnd(TrainerProcess trainer) throws InterruptedException {
        if (interruption.requested()) {
            throw new PipelineException("interrupted; data and logs are in " + options.directory());
        }
        trainer.process().await(PATIENCE);
        if (trainer.process().isAlive() || trainer.process().exitValue() != 0) {
            ended(trainer);
            throw new PipelineException(
                    "a trainer did not reach the end of the topic; its log is in " + options.directory());
        }
    }

    /** Returns when the condition holds, the time is over or the trainer has ended. */
    private void await(BooleanSupplier condition, TrainerProcess trainer, Duration atMost) {
        long began = System.nanoTime();
        while (!interruption.requested()
                && trainer.process().isAlive()
                && System.nanoTime() - began < atMost.toNanos()
                && !condition.getAsBoolean()) {
            if (System.nanoTime() - printed >= PROGRESS_INTERVAL.toNanos()) {
                printed = System.nanoTime();
                out.printf(
                        Locale.ROOT,
                        "%4d s | kills %d of %d | torn %d | step %,d%n",
                        elapsed().toSeconds(),
                        kills,
                        options.kills(),
                        torn.size(),
                        trainer.files().listedStep());
            }
            interruption.await(POLL);
        }
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
