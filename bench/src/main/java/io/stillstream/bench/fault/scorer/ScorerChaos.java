package io.stillstream.bench.fault.scorer;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.Topics;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.demo.BundledModels;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Kills scorers while they work, and counts what arrives.
 *
 * <p>Two processes run {@code stillstream score} under one application id, each with a data directory of its own, against
 * a broker in this process. Prompts trickle in. One scorer or the other is killed with SIGKILL, at moments that a seed
 * decides, most of them while the broker holds a transaction of the victim open; it is started again at once, or, now and
 * then, only after its partitions have gone to the other. Once all prompts have arrived, or nothing arrives any more, both
 * are stopped and what a {@code read_committed} reader finds is compared with what was sent.
 */
public final class ScorerChaos {

    private static final int SCORERS = 2;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Longer than a session and a transaction take to time out, with what the broker takes to notice. */
    private static final Duration SILENCE = Duration.ofSeconds(45);

    private static final Duration SHARE_LASTS = Duration.ofSeconds(20);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);
    private static final String APPLICATION = "scorer-chaos";

    private final ChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Topics topics = Topics.defaults();
    private final long started = System.nanoTime();
    private final List<ScorerProcess> scorers = new ArrayList<>();

    private final Arrivals arrivals;
    private long printed = started;
    private int kills;
    private int openKills;
    private int absences;
    private int failures;

    public ScorerChaos(ChaosOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        this.arrivals = new Arrivals(options.records(), options.partitions());
    }

    public ChaosReport run() throws InterruptedException {
        createDirectories(options.directory());
        try (EmbeddedBroker broker = EmbeddedBroker.start(options.directory().resolve("broker"))) {
            String servers = broker.bootstrapServers();
            KafkaConfig kafka = KafkaConfig.defaults();
            new TopicCreator(kafka.clientProperties(servers), kafka.connectTimeout())
                    .create(topics, options.partitions(), options.partitions());
            Path teacher = teacher();
            for (int scorer = 0; scorer < SCORERS; scorer++) {
                scorers.add(process(scorer, teacher, servers));
            }
            try {
                return run(servers);
            } finally {
                scorers.forEach(ScorerProcess::close);
            }
        }
    }

    private ChaosReport run(String servers) throws InterruptedException {
        scorers.forEach(ScorerProcess::start);
        var prompts = new ChaosPrompts(options.seed());
        try (var reader = new ArrivalReader(servers, topics, arrivals);
                var transactions = new OpenTransactions(servers);
                var feeder = Feeder.start(servers, topics.prompts(), prompts, options.records(), trickle())) {
            await(() -> scorers.stream().allMatch(scorer -> scorer.name().isPresent()), PATIENCE, reader, feeder);
            for (KillPlan.Kill kill :
                    KillPlan.of(options.kills(), SCORERS, ScorerSettings.SESSION_TIMEOUT, options.seed())) {
                // One more share than kills are done: the last kills must find work, too.
                feeder.allow(share(kills + 1));
                if (over()) {
                    break;
                }
                execute(kill, transactions, reader, feeder);
            }
            feeder.allow(options.records());
            awaitArrivals(reader, feeder);
            for (ScorerProcess scorer : scorers) {
                scorer.stop(PATIENCE);
            }
            reader.readToEnd();
            return report(servers, feeder.sent());
        }
    }

    private void execute(KillPlan.Kill kill, OpenTransactions transactions, ArrivalReader reader, Feeder feeder)
            throws InterruptedException {
        ScorerProcess victim = scorers.get(kill.victim());
        await(() -> false, kill.pause(), reader, feeder);
        if (kill.atWork()) {
            await(() -> isAtWork(victim, transactions) || allArrived(), PATIENCE, reader, feeder);
            interruption.await(kill.aim());
        }
        victim.kill();
        kills++;
        openKills += isAtWork(victim, transactions) ? 1 : 0;
        if (!kill.absence().isZero()) {
            absences++;
            await(() -> false, kill.absence(), reader, feeder);
        }
        victim.start();
    }

    /** Whether the broker holds a transaction of this very process open, and not one that was left open at an earlier kill. */
    private boolean isAtWork(ScorerProcess scorer, OpenTransactions transactions) {
        return transactions.isOpen(nameOf(scorer), scorer.startedAt());
    }

    private String nameOf(ScorerProcess scorer) {
        return scorer.name()
                .orElseThrow(
                        () -> new PipelineException("a scorer did not start; its log is in " + options.directory()));
    }

    private void awaitArrivals(ArrivalReader reader, Feeder feeder) throws InterruptedException {
        int before = -1;
        while (!interruption.requested() && arrivals.different() > before && !allArrived()) {
            before = arrivals.different();
            int known = before;
            await(() -> arrivals.different() > known, SILENCE, reader, feeder);
        }
    }

    /** Reads and reports progress while it waits, and restarts scorers that failed, as a supervisor would. */
    private void await(BooleanSupplier condition, Duration atMost, ArrivalReader reader, Feeder feeder)
            throws InterruptedException {
        long began = System.nanoTime();
        while (!interruption.requested() && !condition.getAsBoolean() && System.nanoTime() - began < atMost.toNanos()) {
            reader.poll();
            for (ScorerProcess scorer : scorers) {
                if (scorer.failed()) {
                    failures++;
                    nameOf(scorer);
                    scorer.start();
                }
            }
            if (System.nanoTime() - printed >= PROGRESS_INTERVAL.toNanos()) {
                printed = System.nanoTime();
                out.printf(
                        Locale.ROOT,
                        "%4d s | kills %d of %d, %d in an open transaction | sent %,d | arrived %,d%n",
                        elapsed().toSeconds(),
                        kills,
                        options.kills(),
                        openKills,
                        feeder.sent(),
                        arrivals.different());
            }
            interruption.await(LOOK_AGAIN);
        }
    }

    private ChaosReport report(String servers, int sent) {
        String changelog = APPLICATION + "-buffer-changelog";
        return new ChaosReport(
                options.naive(),
                options.seed(),
                options.kills(),
                kills,
                openKills,
                absences,
                failures,
                scorers.stream().mapToInt(ScorerProcess::restoredPrompts).sum(),
                options.naive() ? 0 : ArrivalReader.aborted(servers, changelog),
                ArrivalReader.aborted(servers, topics.teacherTargets())
                        + ArrivalReader.aborted(servers, topics.deadLetters()),
                options.records(),
                sent,
                arrivals.result(options.records()),
                elapsed());
    }

    private ScorerProcess process(int number, Path teacher, String servers) {
        Path data = options.directory().resolve("scorer-" + number);
        createDirectories(data);
        Map<String, String> settings = ScorerSettings.of(servers, options.partitions(), teacher, APPLICATION, data);
        Stream<String> main = options.naive()
                ? Stream.of(NaiveScorer.class.getName())
                : Stream.of(Stillstream.class.getName(), "score");
        return new ScorerProcess(
                Stream.concat(main, StageProcess.options(settings)).toList(), data.resolve("scorer.log"));
    }

    private Path teacher() {
        return Optional.ofNullable(options.teacher())
                .orElseGet(() -> BundledModels.unpack(options.directory().resolve("models"))
                        .teacher());
    }

    /** What may be let in by the time that so many kills are done. */
    private int share(int killsDone) {
        return Math.toIntExact((long) options.records() * killsDone / (options.kills() + 1));
    }

    /** So that a share lasts while a victim starts and gets work. */
    private double trickle() {
        return (double) share(1) / SHARE_LASTS.toSeconds();
    }

    private boolean allArrived() {
        return arrivals.all();
    }

    private boolean over() {
        return interruption.requested() || elapsed().compareTo(options.deadline()) > 0;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }

    private static void createDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new PipelineException("the directory " + directory + " cannot be made: " + e, e);
        }
    }
}
