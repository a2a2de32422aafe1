package io.stillstream.bench.scorer;

import io.stillstream.bench.measure.Interleaved;
import io.stillstream.contract.Topics;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.topology.ScorerStage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Times the whole Streams application, exactly-once, on a broker in this same process, whose work on the same cores is so
 * part of what is measured. One partition, one stream thread, and the scorer's defaults but for the batch's shape.
 */
public final class StreamsBench implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(10);
    private static final double NANOSECONDS = 1e9;
    /** Of the prompts, of which one is counted: a topic that runs dry ends in a wait for the commit interval. */
    private static final int COPIES = 2;

    private final ScorerBench bench;
    private final Path directory;
    private final EmbeddedBroker broker;
    private final Duration round;
    private final Map<String, String> properties;
    private final Interleaved interleaved;

    /**
     * @param directory for the broker's and the application's files
     * @param round what one pass over the prompts should take the scorer alone
     * @param properties of the application that are not the defaults, by Kafka's names
     */
    public StreamsBench(ScorerBench bench, Path directory, Duration round, Map<String, String> properties) {
        this.bench = bench;
        this.directory = directory;
        this.round = round;
        this.properties = Map.copyOf(properties);
        this.interleaved = bench.interleaved();
        this.broker = EmbeddedBroker.start(directory.resolve("broker"));
    }

    /**
     * @param batchSeconds what a batch of the shape takes the scorer alone, which decides how many are scored
     * @param fewestBatches of a round
     */
    public StreamsTiming time(BatchShape shape, double batchSeconds, int fewestBatches) {
        Topics topics = new Topics(
                "prompts-" + shape,
                "targets-" + shape,
                "dead-letters-" + shape,
                "snapshots-" + shape,
                "positions-" + shape,
                "rollout-" + shape,
                "rollout-inputs-" + shape,
                "student-training-control-" + shape,
                "served-outcomes-" + shape);
        new TopicCreator(client(), TIMEOUT).create(topics, 1, 1);
        ScorerConfig config = config(shape);
        int batches = Math.max(fewestBatches, (int) Math.ceil(round.toNanos() / NANOSECONDS / batchSeconds));
        List<Prompt> prompts = bench.texts().of(shape, batches);
        var alone = new BufferedPrompts(config, bench.teacher(), bench.meters(), prompts);
        double tokens = (double) prompts.size() * shape.tokens();
        double[] medians = interleaved.medians(List.of(
                () -> {
                    long started = System.nanoTime();
                    alone.score();
                    return tokens / ((System.nanoTime() - started) / NANOSECONDS);
                },
                () -> prompts(config, topics, prompts) * shape.tokens()));
        return new StreamsTiming(shape.toString(), prompts.size(), medians[0], medians[1]);
    }

    private ScorerConfig config(BatchShape shape) {
        return ScorerConfig.defaults()
                .withApplicationId("bench-" + shape)
                .withMaxBatch(shape.size(), shape.rows())
                .withStateDirectory(directory.resolve("state"));
    }

    private Map<String, Object> client() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    private Map<String, Object> application() {
        Map<String, Object> application = new HashMap<>(client());
        application.putAll(properties);
        return application;
    }

    /** @return prompts a second, from the first commit that a reader sees to the one that brings as many as the prompts */
    private double prompts(ScorerConfig config, Topics topics, List<Prompt> prompts) {
        TopicPartition targets = new TopicPartition(topics.teacherTargets(), 0);
        Map<String, Object> reading = Map.of(
                "bootstrap.servers",
                broker.bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                // One poll takes in whatever a transaction held.
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                Integer.MAX_VALUE,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                ConsumerConfig.DEFAULT_FETCH_MAX_BYTES);
        try (KafkaConsumer<byte[], byte[]> reader =
                new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            reader.assign(List.of(targets));
            reader.seekToEnd(List.of(targets));
            reader.position(targets);
            for (int copy = 0; copy < COPIES; copy++) {
                SentPrompts.send(topics.prompts(), prompts, client());
            }
            try (ScorerStage stage = ScorerStage.start(
                    config, topics, broker.bootstrapServers(), application(), bench.teacher(), bench.meters())) {
                return rate(reader, stage, prompts.size());
            }
        }
    }

    private static double rate(KafkaConsumer<byte[], byte[]> reader, ScorerStage stage, int expected) {
        long started = System.nanoTime();
        long first = 0;
        int ofFirst = 0;
        int count = 0;
        while (true) {
            int polled = reader.poll(POLL).count();
            long now = System.nanoTime();
            count += polled;
            if (polled > 0 && ofFirst == 0) {
                first = now;
                ofFirst = polled;
            }
            if (count >= expected && count > ofFirst) {
                return (count - ofFirst) / ((now - first) / NANOSECONDS);
            }
            if (count >= COPIES * expected) {
                throw new PipelineException(
                        count + " prompts were committed at once, which leaves nothing to time; give rounds more time");
            }
            if (!stage.liveness().passed() || now - started > LONGEST_ROUND.toNanos()) {
                throw new PipelineException("the scorer gave targets for " + count + " of " + expected
                        + " prompts and then " + stage.liveness().detail());
            }
        }
    }

    @Override
    public void close() {
        broker.close();
    }
}
