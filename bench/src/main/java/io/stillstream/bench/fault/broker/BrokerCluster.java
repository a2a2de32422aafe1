package io.stillstream.bench.fault.broker;

import io.stillstream.bench.fault.StageProcess;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;

/** Three brokers, each in a process and a network namespace of its own. */
final class BrokerCluster implements AutoCloseable {

    static final int NODES = 3;

    private static final String ADMIN_TIMEOUT_MILLIS = "5000";

    private final ClusterNetwork network;
    private final List<StageProcess> nodes = new ArrayList<>();
    private final Admin admin;

    private BrokerCluster(ClusterNetwork network, Path directory) {
        this.network = network;
        String voters = IntStream.rangeClosed(1, NODES)
                .mapToObj(node -> node + "@" + network.address(node) + ":" + BrokerNode.CONTROLLER_PORT)
                .collect(Collectors.joining(","));
        String cluster = Uuid.randomUuid().toString();
        for (int node = 1; node <= NODES; node++) {
            Path log = directory.resolve("node-" + node);
            nodes.add(new StageProcess(
                            List.of(
                                    BrokerNode.class.getName(),
                                    Integer.toString(node),
                                    network.address(node),
                                    voters,
                                    cluster,
                                    log.toAbsolutePath().toString()),
                            Map.of("STILLSTREAM_LOG_LEVEL", "WARN"),
                            directory.resolve("node-" + node + ".log"))
                    .startedBy(network.launcher(node)));
        }
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MILLIS,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN_TIMEOUT_MILLIS));
    }

    /** @throws PipelineException when this machine or user cannot have the network */
    static BrokerCluster start(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new PipelineException("the directory " + directory + " of the brokers cannot be made: " + e, e);
        }
        var cluster = new BrokerCluster(ClusterNetwork.create(NODES), directory);
        try {
            cluster.nodes.forEach(StageProcess::start);
        } catch (PipelineException e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    String bootstrapServers() {
        return IntStream.rangeClosed(1, NODES)
                .mapToObj(node -> network.address(node) + ":" + BrokerNode.BROKER_PORT)
                .collect(Collectors.joining(","));
    }

    /** SIGKILL. */
    void kill(int node) throws InterruptedException {
        nodes.get(node - 1).kill();
    }

    void restart(int node) {
        nodes.get(node - 1).start();
    }

    void cutOff(int node) {
        network.cutOff(node);
    }

    void reconnect(int node) {
        network.reconnect(node);
    }

    /** Whether every replica of every partition is in sync, and all nodes are there. */
    boolean isWhole() throws InterruptedException {
        try {
            return admin.describeCluster().nodes().get().size() == NODES
                    && partitions().stream()
                            .allMatch(partition -> partition.leader() != null
                                    && partition.isr().size() == NODES);
        } catch (ExecutionException e) {
            return false;
        }
    }

    /**
     * The node that leads a partition, of which there are many.
     *
     * @param choice which partition, by its place among all
     */
    int leader(int choice) throws InterruptedException {
        try {
            List<TopicPartitionInfo> all = List.copyOf(partitions());
            Node leader = all.get(Math.floorMod(choice, all.size())).leader();
            return leader == null || leader.isEmpty() ? 1 : leader.id();
        } catch (ExecutionException e) {
            throw new PipelineException("a whole cluster does not describe its topics: " + e.getMessage(), e);
        }
    }

    private Collection<TopicPartitionInfo> partitions() throws ExecutionException, InterruptedException {
        Collection<String> topics = admin.listTopics(new ListTopicsOptions().listInternal(true))
                .names()
                .get();
        return admin.describeTopics(topics).allTopicNames().get().values().stream()
                .map(TopicDescription::partitions)
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public void close() {
        admin.close(Duration.ZERO);
        nodes.forEach(StageProcess::close);
        network.close();
    }
}
