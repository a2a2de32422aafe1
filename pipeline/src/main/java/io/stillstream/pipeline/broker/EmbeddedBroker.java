package io.stillstream.pipeline.broker;

import io.stillstream.configuration.PrivateDirectory;
import io.stillstream.pipeline.PipelineException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real single-node Kafka broker and KRaft controller in this process, on free loopback ports. Its log is kept:
 * started again on the same directory, it has the same topics.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final int NODE_ID = 1;

    private static final String META_PROPERTIES = "meta.properties";

    /** Kafka's own, held while a broker runs. */
    private static final String LOCK = ".lock";

    /** Where whoever finds the lock held reads how to reach the broker that holds it. */
    private static final String ADDRESS = "address";

    /** A page of each index of some hundred partitions, and what a start writes. */
    private static final long LEAST_FREE_BYTES = 4L << 20;

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** @throws PipelineException when the directory cannot be written, is in use, or the broker does not start */
    public static EmbeddedBroker start(Path directory) {
        return start(directory, freePort());
    }

    /**
     * Starts a broker as {@link #start(Path)} does, on a given loopback port.
     *
     * @throws PipelineException also when something else listens on the port
     */
    public static EmbeddedBroker start(Path directory, int port) {
        requireNoComma(directory);
        requireFree(directory);
        int controllerPort = controllerPort(port);
        makePrivate(directory);
        requireSpace(directory);
        KafkaConfig config = new KafkaConfig(properties(directory, port, controllerPort), false);
        format(directory, config);
        sayWhyItHalts();
        KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new PipelineException("the embedded broker did not start in " + directory + ": " + e.getMessage(), e);
        }
        EmbeddedBroker broker = new EmbeddedBroker(server, port);
        write(directory.resolve(ADDRESS), broker.bootstrapServers());
        return broker;
    }

    /** Whether a broker has kept its log in the directory. */
    public static boolean isKeptIn(Path directory) {
        return Files.exists(directory.resolve(META_PROPERTIES));
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

    /** Kafka's setting is a list of directories. */
    private static void requireNoComma(Path directory) {
        if (directory.toAbsolutePath().toString().contains(",")) {
            throw new PipelineException("the broker's data cannot be in " + directory.toAbsolutePath()
                    + ": Kafka takes a comma for the end of a directory's name; expected a path without one");
        }
    }

    /** Kafka maps its index files into memory, and the JVM faults where the disk has no page for one. */
    private static void requireSpace(Path directory) {
        long free;
        try {
            free = Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw new PipelineException("the broker's data in " + directory + " cannot be opened: " + e, e);
        }
        if (free < LEAST_FREE_BYTES) {
            throw new PipelineException("the disk of the broker's data in " + directory + " has " + free
                    + " bytes free; expected " + LEAST_FREE_BYTES + " at least. Free some and start again");
        }
    }

    /** A broker that can write no more ends its process without a word, within seconds. */
    private static void sayWhyItHalts() {
        Exit.setHaltProcedure((status, message) -> {
            System.err.println("stillstream: the broker in this process cannot go on, and the process ends with it; the"
                    + " errors above say why, a full disk for one. Mend that and start again: nothing that was committed is"
                    + " lost, unless its files are");
            Runtime.getRuntime().halt(status);
        });
    }

    /** The log holds every prompt and answer. */
    private static void makePrivate(Path directory) {
        try {
            PrivateDirectory.open(directory, META_PROPERTIES);
        } catch (IOException e) {
            throw new PipelineException("cannot write the broker's log to " + directory + ": " + e, e);
        }
    }

    private static void format(Path directory, KafkaConfig config) {
        if (Files.exists(directory.resolve(META_PROPERTIES))) {
            return;
        }
        try {
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

    /** Kafka would end in a stack trace. */
    private static void requireFree(Path directory) {
        Path lock = directory.resolve(LOCK);
        if (!Files.exists(lock)) {
            return;
        }
        boolean free;
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            FileLock held = channel.tryLock();
            free = held != null;
            if (held != null) {
                held.release();
            }
        } catch (OverlappingFileLockException e) {
            free = false;
        } catch (IOException e) {
            throw new PipelineException("the broker's data in " + directory + " cannot be opened: " + e, e);
        }
        if (!free) {
            throw new PipelineException("the broker's data in " + directory + " is in use: a broker runs on it"
                    + address(directory)
                            .map(address -> " at " + address + "; use that one with --bootstrap-servers " + address)
                            .orElse("; stop the process that holds " + lock));
        }
    }

    /** A free port that is not the broker's, which is held meanwhile: the system may give one port twice in a row. */
    private static int controllerPort(int brokerPort) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), brokerPort));
            return freePort();
        } catch (IOException e) {
            throw new PipelineException(
                    "no broker can listen on port " + brokerPort + " (" + e.getMessage()
                            + "): something else does; give another port with --port, or 0 for any free one",
                    e);
        }
    }

    private static Optional<String> address(Path directory) {
        try {
            return Optional.of(Files.readString(directory.resolve(ADDRESS)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text + System.lineSeparator());
        } catch (IOException e) {
            throw new PipelineException("the broker's address cannot be written to " + file + ": " + e, e);
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
