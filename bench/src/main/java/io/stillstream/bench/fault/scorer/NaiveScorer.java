package io.stillstream.bench.fault.scorer;

import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.stage.Stage;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.config.ConfigLoader;
import io.stillstream.pipeline.config.StillstreamConfig;
import io.stillstream.pipeline.run.Stages;
import io.stillstream.scorer.ScorerConfig;
import io.stillstream.scorer.Teacher;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code stillstream score} with a {@link NaiveProcessor} in the place of the scorer's own, under the same guarantees and
 * timeouts, so that a run of {@link ScorerChaos} can show that it detects losses. Takes {@code --set section.key=value} and
 * nothing else.
 */
final class NaiveScorer {

    private static final Logger LOG = LoggerFactory.getLogger(NaiveScorer.class);
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final int HEARTBEATS_PER_SESSION = 3;
    private static final int BATCHES_PER_TRANSACTION = 3;

    private NaiveScorer() {}

    public static void main(String[] arguments) throws InterruptedException {
        Map<String, String> settings = new HashMap<>();
        for (int i = 1; i < arguments.length; i += 2) {
            String[] setting = arguments[i].split("=", 2);
            settings.put(setting[0], setting[1]);
        }
        StillstreamConfig config = new ConfigLoader(Map.of()).load(StillstreamConfig.defaults(), null, settings);
        try (Interruption interruption = new Interruption();
                Telemetry telemetry = Telemetry.start(config.monitoring(), Stage.SCORER);
                Teacher teacher = new Stages(config, config.kafka().bootstrapServers(), telemetry).teacher()) {
            run(config, teacher, interruption);
        }
    }

    private static void run(StillstreamConfig config, Teacher teacher, Interruption interruption)
            throws InterruptedException {
        // The same at each start, as a scorer's is: a restart aborts the transaction that was left open.
        String name = String.valueOf(config.dataDirectory().getFileName());
        var terminated = new CountDownLatch(1);
        try (var streams = new KafkaStreams(
                NaiveProcessor.topology(config.scorer(), config.topics(), teacher),
                properties(config, name),
                new NamedTransactions(config.scorer().applicationId() + "-" + name + "-1"))) {
            streams.setUncaughtExceptionHandler(failure -> {
                LOG.error("the naive scorer stops: {}", failure.toString());
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            streams.setStateListener((now, before) -> {
                if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) {
                    terminated.countDown();
                }
            });
            streams.start();
            LOG.info(
                    "scoring {} partitions of {} as {}, with a buffer in a list",
                    config.kafka().partitions(),
                    config.topics().prompts(),
                    name);
            interruption.onRequest(() -> streams.close(CLOSE_TIMEOUT));
            terminated.await();
        }
    }

    private static Properties properties(StillstreamConfig config, String name) {
        ScorerConfig scorer = config.scorer();
        String servers = config.kafka().bootstrapServers();
        var properties = new Properties();
        properties.putAll(config.kafka().streamsProperties(servers));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, scorer.applicationId());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                config.dataDirectory().resolve("naive").toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, millis(COMMIT_INTERVAL));
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                millis(scorer.worstBatch()
                        .multipliedBy(
                                Math.max(BATCHES_PER_TRANSACTION, config.kafka().partitions()))));
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), name);
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                millis(scorer.sessionTimeout()));
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                millis(scorer.sessionTimeout().dividedBy(HEARTBEATS_PER_SESSION)));
        return properties;
    }

    private static int millis(Duration duration) {
        return Math.toIntExact(duration.toMillis());
    }

    /** Kafka's clients under one transactional id, for one stream thread. */
    private static final class NamedTransactions extends DefaultKafkaClientSupplier {

        private final String transactionalId;

        NamedTransactions(String transactionalId) {
            this.transactionalId = transactionalId;
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            Map<String, Object> named = new HashMap<>(config);
            named.computeIfPresent(ProducerConfig.TRANSACTIONAL_ID_CONFIG, (key, id) -> transactionalId);
            return super.getProducer(named);
        }
    }
}
