package io.stillstream.pipeline.broker;

import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real single-node Kafka broker and KRaft controller in this process, on free loopback ports. Its log is kept:
 * started again on the same directory, it has the same topics.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** @throws PipelineException when the directory cannot be written or the broker does not start */
    public static EmbeddedBroker start(Path directory) {
        return start(directory, freePort());
    }

    /** Starts a broker as {@link #start(Path)} does, on a given loopback port. */
    public static EmbeddedBroker start(Path directory, int port) {
        KafkaConfig config = new KafkaConfig(properties(directory, port, freePort()), false);
        format(directory, config);
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new PipelineException("the embedded broker did not start in " + directory + ": " + e.getMessage(), e);
        }
        return new EmbeddedBroker(server, port);
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static Properties properties(Path directory, int brokerPort, int controllerPort) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(NODE_ID),
                "log.dirs",
                directory.toAbsolutePath().toString(),
                "controller.quorum.voters",
                NODE_ID + "@127.0.0.1:" + controllerPort,
                "controller.listener.names",
                "CONTROLLER",
                "listeners",
                "PLAINTEXT://127.0.0.1:" + brokerPort + ",CONTROLLER://127.0.0.1:" + controllerPort,
                "auto.create.topics.enable",
                "false",
                "group.initial.rebalance.delay.ms",
                "0"));
        // There is one node, so no topic can have more replicas.
        properties.putAll(Map.of(
                "offsets.topic.replication.factor", "1",
                "offsets.topic.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "transaction.state.log.num.partitions", "4",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1"));
        return properties;
    }

    private static void format(Path directory, KafkaConfig config) {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(config.metadataLogDir())
                    .addDirectory(directory.toAbsolutePath().toString())
                    .run();
        } catch (Exception e) {
            throw new PipelineException("cannot write the broker's log to " + directory + ": " + e.getMessage(), e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new PipelineException("no free loopback port for the embedded broker: " + e.getMessage(), e);
        }
    }
}
