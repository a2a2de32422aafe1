package io.stillstream.bench.fault.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * The process of one node, a broker and a controller. Topics have a replica on each of three nodes, and a write needs two of
 * them.
 */
public final class BrokerNode {

    static final int BROKER_PORT = 9092;
    static final int CONTROLLER_PORT = 9093;

    private static final int REPLICAS = 3;
    private static final int LEAST_IN_SYNC = 2;
    private static final int INTERNAL_PARTITIONS = 4;

    private BrokerNode() {}

    /** @param arguments the node's number, its address, the voters of the quorum, the cluster's id, and the log's directory */
    public static void main(String[] arguments) throws Exception {
        int node = Integer.parseInt(arguments[0]);
        Path log = Path.of(arguments[4]);
        var config = new KafkaConfig(properties(node, arguments[1], arguments[2], log), false);
        if (!Files.exists(log.resolve("meta.properties"))) {
            Files.createDirectories(log);
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .setNodeId(node)
                    .setClusterId(arguments[3])
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(config.metadataLogDir())
                    .addDirectory(log.toString())
                    .run();
        }
        var server = new KafkaRaftServer(config, Time.SYSTEM);
        server.startup();
        server.awaitShutdown();
    }

    private static Properties properties(int node, String address, String voters, Path log) {
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles",
                "broker,controller",
                "node.id",
                Integer.toString(node),
                "log.dirs",
                log.toString(),
                "controller.quorum.voters",
                voters,
                "controller.listener.names",
                "CONTROLLER",
                "listeners",
                "PLAINTEXT://" + address + ":" + BROKER_PORT + ",CONTROLLER://" + address + ":" + CONTROLLER_PORT,
                "auto.create.topics.enable",
                "false",
                "group.initial.rebalance.delay.ms",
                "0"));
        properties.putAll(Map.of(
                "default.replication.factor", Integer.toString(REPLICAS),
                "min.insync.replicas", Integer.toString(LEAST_IN_SYNC),
                "offsets.topic.replication.factor", Integer.toString(REPLICAS),
                "offsets.topic.num.partitions", Integer.toString(INTERNAL_PARTITIONS),
                "transaction.state.log.replication.factor", Integer.toString(REPLICAS),
                "transaction.state.log.min.isr", Integer.toString(LEAST_IN_SYNC),
                "transaction.state.log.num.partitions", Integer.toString(INTERNAL_PARTITIONS)));
        // Sooner than usual, so that a run has many changes of leaders.
        properties.putAll(Map.of(
                "broker.session.timeout.ms", "4000",
                "broker.heartbeat.interval.ms", "500",
                "replica.lag.time.max.ms", "5000"));
        return properties;
    }
}
