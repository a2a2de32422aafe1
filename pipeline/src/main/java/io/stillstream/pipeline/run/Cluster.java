package io.stillstream.pipeline.run;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.monitoring.Health;
import io.stillstream.monitoring.Telemetry;
import io.stillstream.monitoring.broker.BrokerWatch;
import io.stillstream.pipeline.Interruption;
import io.stillstream.pipeline.PipelineException;
import io.stillstream.pipeline.broker.EmbeddedBroker;
import io.stillstream.pipeline.broker.TopicCreator;
import io.stillstream.pipeline.config.KafkaConfig;
import io.stillstream.pipeline.config.StillstreamConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The Kafka of a command, with all topics: the cluster that the configuration names, or a broker in this process. */
public final class Cluster implements AutoCloseable {

    private static final String BROKER_DIRECTORY = "broker";

    /** Brokers that are there answer in milliseconds, and whoever sent the signal waits for a few seconds. */
    private static final Duration ANSWER_TO_A_SIGNAL = Duration.ofSeconds(3);

    private final String bootstrapServers;
    private final @Nullable EmbeddedBroker broker;

    private Cluster(String bootstrapServers, @Nullable EmbeddedBroker broker) {
        this.bootstrapServers = bootstrapServers;
        this.broker = broker;
    }

    /** @throws PipelineException when the data directory cannot be written or no broker answers */
    public static Cluster open(StillstreamConfig config) {
        requireWritable(config.dataDirectory());
        return open(config, config.kafka().embedded() ? EmbeddedBroker.start(brokerDirectory(config)) : null);
    }

    /**
     * The cluster that the configuration names, or a broker on the log that one has kept in the data directory. No topic is created.
     *
     * @throws PipelineException when nothing was kept there, or no broker answers
     */
    public static Cluster kept(StillstreamConfig config) {
        KafkaConfig kafka = config.kafka();
        if (!kafka.embedded()) {
            return kept(kafka, kafka.bootstrapServers(), null);
        }
        Path directory = brokerDirectory(config);
        if (!EmbeddedBroker.isKeptIn(directory)) {
            throw new PipelineException(
                    "there is no broker's data in " + directory.toAbsolutePath().normalize()
                            + "; name a data directory with --data-dir, or a cluster with --bootstrap-servers");
        }
        EmbeddedBroker broker = EmbeddedBroker.start(directory);
        return kept(kafka, broker.bootstrapServers(), broker);
    }

    private static Cluster kept(KafkaConfig kafka, String servers, @Nullable EmbeddedBroker broker) {
        var cluster = new Cluster(servers, broker);
        try {
            new TopicCreator(kafka.clientProperties(servers), kafka.connectTimeout()).requireReachable();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /**
     * A broker in this process, whatever cluster the configuration names.
     *
     * @param port on the loopback interface; 0 for any free one
     */
    public static Cluster embedded(StillstreamConfig config, int port) {
        requireWritable(config.dataDirectory());
        Path directory = brokerDirectory(config);
        return open(config, port == 0 ? EmbeddedBroker.start(directory) : EmbeddedBroker.start(directory, port));
    }

    /** Where the broker in this process keeps its log. */
    public static Path brokerDirectory(StillstreamConfig config) {
        return config.dataDirectory().resolve(BROKER_DIRECTORY);
    }

    private static Cluster open(StillstreamConfig config, @Nullable EmbeddedBroker broker) {
        KafkaConfig kafka = config.kafka();
        String servers = broker == null ? kafka.bootstrapServers() : broker.bootstrapServers();
        try {
            new TopicCreator(kafka.clientProperties(servers), kafka.connectTimeout())
                    .create(config.topics(), kafka.partitions(), kafka.targetsPartitions());
            return new Cluster(servers, broker);
        } catch (RuntimeException e) {
            if (broker != null) {
                broker.close();
            }
            throw e;
        }
    }

    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Watches the brokers until it is closed: the process is not ready while they are away, and a signal then ends it without
     * waiting for what they would have to commit.
     */
    public BrokerWatch watch(KafkaConfig kafka, Health health, Interruption interruption) {
        BrokerWatch watch =
                BrokerWatch.start(kafka.clientProperties(bootstrapServers), kafka.unreachableAfter(), health);
        interruption.finishOnlyWhile(() -> watch.answers(ANSWER_TO_A_SIGNAL));
        return watch;
    }

    /** Where a process that works on this cluster has its broker and metrics. */
    public RunPlaces places(Telemetry telemetry) {
        return new RunPlaces(
                bootstrapServers, broker != null, telemetry.address().orElse(null));
    }

    @Override
    public void close() {
        if (broker != null) {
            broker.close();
        }
    }

    /** @throws PipelineException when the data directory cannot be written */
    static void requireWritable(Path directory) {
        try {
            PrivateDirectory.createIfAbsent(directory);
            Files.delete(Files.createTempFile(directory, ".writable", null));
        } catch (IOException e) {
            throw new PipelineException(
                    "the data directory " + directory + " cannot be written (" + e
                            + "); give another one with --data or data-directory",
                    e);
        }
    }
}
