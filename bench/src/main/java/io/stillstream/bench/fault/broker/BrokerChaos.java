package io.stillstream.bench.fault.broker;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.ChaosPrompts;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.bench.fault.scorer.ArrivalReader;
import io.stillstream.bench.fault.scorer.Arrivals;
import io.stillstream.bench.fault.scorer.Feeder;
import io.stillstream.bench.fault.scorer.ScorerProcess;
import io.stillstream.bench.fault.scorer.ScorerSettings;
import io.stillstream.bench.fault.trainer.process.TrainerProcess;
import io.stillstream.bench.fault.trainer.process.TrainerSettings;
import io.stillstream.contract.Topics;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.demo.BundledModels;
import io.stillstream.trainer.checkpoint.Snapshot;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Kills brokers and cuts them off while scorers and a trainer work, and looks at what they have made.
 *
 * <p>Three brokers with three replicas of each topic serve two scorers and a trainer. Prompts trickle in while leaders are
 * killed, cut off, or killed together with another node, so that no write is taken and no controller elected. A stage that ends
 * by itself is started again, as a supervisor would. Once all prompts have arrived, what a {@code read_committed} reader finds
 * is compared with what was sent, and a second trainer, which nothing happens to, must come to the same bytes.
 */
public final class BrokerChaos {

    private static final int SCORERS = 2;
    private static final int PARTITIONS = 4;
    /** Then the order of training is that of the topic, and a second trainer can be compared. */
    private static final int TARGETS_PARTITIONS = 1;

    private static final String APPLICATION = "broker-chaos";
    private static final TrainerSettings.Pace PACE = new TrainerSettings.Pace(256, 10, 25);

    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration WHOLE_WITHIN = Duration.ofMinutes(3);
    private static final Duration SILENCE = Duration.ofMinutes(2);
    private static final Duration STOPS_WITHIN = Duration.ofSeconds(60);
    private static final Duration TRAINS_WITHIN = Duration.ofMinutes(10);
    private static final Duration SHARE_LASTS = Duration.ofSeconds(20);
    private static final Duration PROGRESS_INTERVAL = Duration.ofSeconds(10);

    private final BrokerChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Topics topics = Topics.defaults();
    private final long started = System.nanoTime();
    private final Map<Trouble.Kind, Integer> troubles = new EnumMap<>(Trouble.Kind.class);
    private final List<ScorerProcess> scorers = new ArrayList<>();
    private final Arrivals arrivals;
    private long printed = started;
    private int scorerEnds;
    private int trainerEnds;

    public BrokerChaos(BrokerChaosOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        this.arrivals = new Arrivals(options.records(), TARGETS_PARTITIONS);
    }

    public BrokerChaosReport run() throws InterruptedException {
        BundledModels models = BundledModels.unpack(options.directory().resolve("models"));
        try (BrokerCluster cluster = BrokerCluster.start(options.directory().resolve("brokers"))) {
            String servers = cluster.bootstrapServers();
            awaitWhole(cluster, () -> {});
            new TopicCreator(KafkaConfig.defaults().clientProperties(servers), STOPS_WITHIN)
                    .create(topics, PARTITIONS, TARGETS_PARTITIONS);
            TrainerSettings settings = TrainerSettings.of(models.student(), PACE);
            Path data = options.directory().resolve("trainer");
            Map<String, String> training = settings.of(servers, PARTITIONS, data);
            for (int scorer = 0; scorer < SCORERS; scorer++) {
                scorers.add(scorer(scorer, models.teacher(), servers));
            }
            int sent;
            try (TrainerProcess trainer = TrainerProcess.endless(training, data)) {
                sent = trouble(cluster, trainer);
                trainer.process().stop(STOPS_WITHIN);
            } finally {
                scorers.forEach(ScorerProcess::close);
            }
            Path other = options.directory().resolve("undisturbed");
            Snapshot troubled = trainToEnd(training, data);
            Snapshot undisturbed = trainToEnd(settings.of(servers, PARTITIONS, other), other);
            return new BrokerChaosReport(
                    troubles,
                    options.kills() + options.cuts(),
                    scorerEnds,
                    trainerEnds,
                    sent,
                    arrivals.result(options.records()),
                    undisturbed.manifest().step(),
                    hashes(troubled),
                    hashes(undisturbed),
                    elapsed());
        }
    }

    /** @return prompts sent */
    private int trouble(BrokerCluster cluster, TrainerProcess trainer) throws InterruptedException {
        scorers.forEach(ScorerProcess::start);
        trainer.start();
        String servers = cluster.bootstrapServers();
        List<Trouble> plan = Trouble.plan(options.kills(), options.cuts(), options.seed());
        try (var reader = new ArrivalReader(servers, topics, arrivals);
                var feeder = Feeder.start(
                        servers, topics.prompts(), new ChaosPrompts(options.seed()), options.records(), trickle())) {
            Runnable watch = () -> {
                reader.poll();
                supervise(trainer);
                progress(feeder, trainer);
            };
            for (int happened = 0; happened < plan.size() && !interruption.requested(); happened++) {
                feeder.allow(share(happened + 1));
                awaitWhole(cluster, watch);
                happen(plan.get(happened), cluster, watch);
            }
            awaitWhole(cluster, watch);
            feeder.allow(options.records());
            int before = -1;
            while (arrivals.different() > before && !arrivals.all() && !interruption.requested()) {
                before = arrivals.different();
                int known = before;
                await(() -> arrivals.different() > known || arrivals.all(), SILENCE, watch);
            }
            for (ScorerProcess scorer : scorers) {
                scorer.stop(STOPS_WITHIN);
            }
            reader.readToEnd();
            return feeder.sent();
        }
    }

    private void happen(Trouble trouble, BrokerCluster cluster, Runnable watch) throws InterruptedException {
        await(() -> false, trouble.pause(), watch);
        int node = cluster.leader(trouble.choice());
        int other = node % BrokerCluster.NODES + 1;
        switch (trouble.kind()) {
            case LEADER_KILLED -> {
                cluster.kill(node);
                await(() -> false, trouble.lasts(), watch);
                cluster.restart(node);
            }
            case TWO_KILLED -> {
                cluster.kill(node);
                cluster.kill(other);
                await(() -> false, trouble.lasts(), watch);
                cluster.restart(node);
                cluster.restart(other);
            }
            case LEADER_CUT_OFF -> {
                cluster.cutOff(node);
                await(() -> false, trouble.lasts(), watch);
                cluster.reconnect(node);
            }
        }
        troubles.merge(trouble.kind(), 1, Integer::sum);
    }

    private void awaitWhole(BrokerCluster cluster, Runnable watch) throws InterruptedException {
        long began = System.nanoTime();
        while (!cluster.isWhole()) {
            watch.run();
            if (System.nanoTime() - began > WHOLE_WITHIN.toNanos()) {
                throw new PipelineException("the brokers are not in sync after " + WHOLE_WITHIN.toSeconds()
                        + " s; their logs are in " + options.directory().resolve("brokers"));
            }
            interruption.await(LOOK_AGAIN);
        }
    }

    private void await(BooleanSupplier condition, Duration atMost, Runnable watch) {
        long began = System.nanoTime();
        while (!interruption.requested() && !condition.getAsBoolean() && System.nanoTime() - began < atMost.toNanos()) {
            watch.run();
            interruption.await(LOOK_AGAIN);
        }
    }

    private void supervise(TrainerProcess trainer) {
        for (ScorerProcess scorer : scorers) {
            if (scorer.failed()) {
                scorerEnds++;
                scorer.start();
            }
        }
        if (trainer.process().failed()) {
            trainerEnds++;
            trainer.start();
        }
    }

    private void progress(Feeder feeder, TrainerProcess trainer) {
        if (System.nanoTime() - printed >= PROGRESS_INTERVAL.toNanos()) {
            printed = System.nanoTime();
            out.printf(
                    Locale.ROOT,
                    "%4d s | troubles %d of %d | sent %,d | arrived %,d | step %,d%n",
                    elapsed().toSeconds(),
                    troubles.values().stream().mapToInt(Integer::intValue).sum(),
                    options.kills() + options.cuts(),
                    feeder.sent(),
                    arrivals.different(),
                    trainer.files().listedStep());
        }
    }

    private Snapshot trainToEnd(Map<String, String> settings, Path data) throws InterruptedException {
        try (TrainerProcess trainer = TrainerProcess.untilEnd(settings, data)) {
            trainer.start();
            if (!trainer.process().await(TRAINS_WITHIN) || trainer.process().exitValue() != 0) {
                throw new PipelineException("a trainer did not reach the end of the topic; its log is in " + data);
            }
            return trainer.files()
                    .newestCheckpoint()
                    .orElseThrow(() -> new PipelineException("a trainer has left no intact checkpoint in " + data));
        }
    }

    private static Map<String, String> hashes(Snapshot snapshot) {
        return snapshot.manifest().files().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, file -> file.getValue().sha256()));
    }

    private ScorerProcess scorer(int number, Path teacher, String servers) {
        Path data = options.directory().resolve("scorer-" + number);
        try {
            Files.createDirectories(data);
        } catch (IOException e) {
            throw new PipelineException("the directory " + data + " cannot be made: " + e, e);
        }
        Stream<String> settings =
                StageProcess.options(ScorerSettings.of(servers, PARTITIONS, teacher, APPLICATION, data));
        return new ScorerProcess(
                Stream.concat(Stream.of(Stillstream.class.getName(), "score"), settings)
                        .toList(),
                data.resolve("scorer.log"));
    }

    /** What may be let in by the time that so many troubles have happened. */
    private int share(int happened) {
        return Math.toIntExact((long) options.records() * happened / (options.kills() + options.cuts() + 1));
    }

    private double trickle() {
        return (double) share(1) / SHARE_LASTS.toSeconds();
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
