package io.stillstream.pipeline.run;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A broker that knows its users by name and password, and lets each do only what an ACL allows. Beside the listener for them it
 * has one without a login, whose user may do anything: that of the test.
 */
final class SecuredBroker implements AutoCloseable {

    private static final String HOST = "127.0.0.1";

    private final KafkaRaftServer server;
    private final int port;
    private final int administrationPort;

    private SecuredBroker(KafkaRaftServer server, int port, int administrationPort) {
        this.server = server;
        this.port = port;
        this.administrationPort = administrationPort;
    }

    /** @param users who may log in; the password of each is the name */
    static SecuredBroker start(Path directory, Set<String> users) throws Exception {
        Files.createDirectories(directory);
        try (ServerSocket forUsers = socket();
                ServerSocket administration = socket();
                ServerSocket controller = socket()) {
            int port = forUsers.getLocalPort();
            int administrationPort = administration.getLocalPort();
            var config = new KafkaConfig(
                    properties(directory, users, port, administrationPort, controller.getLocalPort()), false);
            format(directory, config);
            forUsers.close();
            administration.close();
            controller.close();
            var server = new KafkaRaftServer(config, Time.SYSTEM);
            server.startup();
            return new SecuredBroker(server, port, administrationPort);
        }
    }

    String bootstrapServers() {
        return HOST + ":" + port;
    }

    /** Settings of a client that logs in as the user, by Kafka's names. */
    static Map<String, String> login(String user) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                PlainLoginModule.class.getName() + " required username=\"" + user + "\" password=\"" + user + "\";");
    }

    /** Of a client that may do anything. */
    String administration() {
        return HOST + ":" + administrationPort;
    }

    private static Properties properties(
            Path directory, Set<String> users, int port, int administrationPort, int controllerPort) {
        Map<String, String> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", directory.toString());
        settings.put("controller.quorum.voters", "1@" + HOST + ":" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "ADMINISTRATION");
        settings.put(
                "listeners",
                "USERS://" + HOST + ":" + port + ",ADMINISTRATION://" + HOST + ":" + administrationPort
                        + ",CONTROLLER://" + HOST + ":" + controllerPort);
        settings.put(
                "listener.security.protocol.map", "USERS:SASL_PLAINTEXT,ADMINISTRATION:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("listener.name.users.sasl.enabled.mechanisms", "PLAIN");
        settings.put(
                "listener.name.users.plain.sasl.jaas.config",
                PlainLoginModule.class.getName() + " required "
                        + users.stream()
                                .map(user -> "user_" + user + "=\"" + user + "\"")
                                .collect(Collectors.joining(" "))
                        + ";");
        settings.put("authorizer.class.name", StandardAuthorizer.class.getName());
        settings.put("allow.everyone.if.no.acl.found", "false");
        settings.put("super.users", "User:ANONYMOUS");
        // A busy machine may be late with a heartbeat.
        settings.put("broker.session.timeout.ms", "120000");
        settings.put("auto.create.topics.enable", "false");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("transaction.state.log.num.partitions", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        var properties = new Properties();
        properties.putAll(settings);
        return properties;
    }

    private static void format(Path directory, KafkaConfig config) throws Exception {
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(config.metadataLogDir())
                .addDirectory(directory.toString())
                .run();
    }

    private static ServerSocket socket() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
