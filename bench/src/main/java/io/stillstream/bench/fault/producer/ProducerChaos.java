package io.stillstream.bench.fault.producer;

import io.stillstream.Stillstream;
import io.stillstream.bench.fault.StageProcess;
import io.stillstream.contract.Topics;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Kills a producer that follows growing files, and counts what arrives.
 *
 * <p>A process runs {@code stillstream produce --follow} against a broker in this process. Lines are appended to its files in
 * pieces that end anywhere. It is killed with SIGKILL at moments that a seed decides, most of them while lines are on their
 * way, some while it starts, and started again at once. Once all lines have arrived, or none arrives any more, what a
 * {@code read_committed} reader finds is compared with what was written.
 */
public final class ProducerChaos {

    private static final Duration STOP = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final int LATEST_KILL_MILLIS = 400;
    private static final int STARTING_MILLIS = 2500;
    /** One kill in so many comes while the producer starts. */
    private static final int EARLY_EVERY = 5;

    private final ProducerChaosOptions options;
    private final Interruption interruption;
    private final PrintStream out;
    private final Topics topics = Topics.defaults();
    private int kills;
    private int killsAtWork;
    private int failures;

    public ProducerChaos(ProducerChaosOptions options, Interruption interruption, PrintStream out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
    }

    public ProducerChaosReport run() throws IOException, InterruptedException {
        long started = System.nanoTime();
        Path directory = Files.createDirectories(options.directory());
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory.resolve("broker"))) {
            String servers = broker.bootstrapServers();
            KafkaConfig kafka = KafkaConfig.defaults();
            new TopicCreator(kafka.clientProperties(servers), kafka.connectTimeout()).create(topics, 1, 1);
            var files = new GrowingFiles(directory, options.files());
            try (StageProcess producer = process(servers, directory);
                    var committed = new LineArrivals(servers, topics.prompts(), "read_committed", options)) {
                producer.start();
                for (int kill = 0; kill < options.kills() && !interruption.requested(); kill++) {
                    kill(producer, files, committed, new Random(options.seed() * 1_000_003 + kill));
                }
                files.grow(options.lines());
                awaitAll(producer, committed);
                producer.stop(STOP);
                committed.readToEnd();
                return report(servers, files, committed, Duration.ofNanos(System.nanoTime() - started));
            }
        }
    }

    private void kill(StageProcess producer, GrowingFiles files, LineArrivals committed, Random random)
            throws IOException, InterruptedException {
        int target = (int) ((long) options.lines() * (kills + 1) / (options.kills() + 1));
        if (kills % EARLY_EVERY == EARLY_EVERY - 1) {
            files.grow(target);
            pause(random.nextInt(STARTING_MILLIS), committed);
        } else {
            // What is there already shows that the producer works; what comes now is on its way when it is killed.
            files.grow(files.written() + 1);
            await(files.written(), producer, committed);
            if (options.truncateEvery() > 0 && kills % options.truncateEvery() == 0) {
                files.truncate();
            }
            int half = files.written() + (target - files.written()) / 2;
            files.grow(half);
            pause(random.nextInt(LATEST_KILL_MILLIS), committed);
            if (options.rotateEvery() > 0 && kills % options.rotateEvery() == 0) {
                files.rotate();
            }
            files.grow(target);
            pause(random.nextInt(LATEST_KILL_MILLIS) / 4, committed);
        }
        producer.kill();
        kills++;
        killsAtWork += committed.read(Duration.ZERO) < files.written() ? 1 : 0;
        producer.start();
        if (kills % 10 == 0) {
            out.println(kills + " kills, " + files.written() + " lines written, " + committed.different() + " arrived");
        }
    }

    /** Waits until so many lines have arrived, and starts a producer that ended by itself again, as a supervisor would. */
    private void await(int lines, StageProcess producer, LineArrivals committed) throws InterruptedException {
        long deadline = System.nanoTime() + SILENCE.toNanos();
        while (committed.read(LOOK) < lines && System.nanoTime() < deadline && !interruption.requested()) {
            if (producer.failed()) {
                failures++;
                producer.start();
            }
        }
    }

    private void awaitAll(StageProcess producer, LineArrivals committed) throws InterruptedException {
        int before = -1;
        while (committed.different() > before && committed.different() < options.lines()) {
            before = committed.different();
            await(options.lines(), producer, committed);
        }
    }

    private static void pause(int millis, LineArrivals committed) {
        long deadline = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        while (System.nanoTime() < deadline) {
            int unused = committed.read(LOOK);
        }
    }

    private ProducerChaosReport report(String servers, GrowingFiles files, LineArrivals committed, Duration elapsed) {
        try (var all = new LineArrivals(servers, topics.prompts(), "read_uncommitted", options)) {
            all.readToEnd();
            long records = (long) all.different() + all.duplicated();
            return new ProducerChaosReport(
                    kills,
                    killsAtWork,
                    files.rotations(),
                    files.truncations(),
                    failures,
                    files.written(),
                    files.written() - committed.different(),
                    committed.duplicated(),
                    committed.disordered(),
                    records - committed.different() - committed.duplicated(),
                    elapsed);
        }
    }

    private static StageProcess process(String servers, Path directory) {
        return new StageProcess(
                List.of(
                        Stillstream.class.getName(),
                        "produce",
                        "--bootstrap-servers",
                        servers,
                        "--prompts",
                        GrowingFiles.pattern(directory).toString(),
                        "--follow",
                        "--data",
                        directory.resolve("producer").toString(),
                        "--metrics-port",
                        "0"),
                Map.of(),
                directory.resolve("producer.log"));
    }
}
