package io.stillstream.pipeline.config;

import io.stillstream.configuration.Check;
import io.stillstream.configuration.HoldsSecrets;
import io.stillstream.configuration.InvalidSettingException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The Kafka cluster and how to reach it.
 *
 * @param bootstrapServers host:port, comma-separated; empty starts a broker inside this process
 * @param partitions how many {@code prompts} gets where it is created, an existing one keeps its own: so many scorers can
 *     share the work
 * @param targetsPartitions how many {@code teacher-targets} gets where it is created: with one, its order is the order of
 *     training, whatever the timing; with more, the trainer merges them by time
 * @param connectTimeout how long a cluster may take to answer at the start
 * @param unreachableAfter how long no broker may answer before the process is no longer ready and says so in its log
 * @param properties what is passed to every Kafka client, by Kafka's own names: security and network settings, and with the
 *     prefix {@code producer.} how the scorer's producer batches and compresses
 */
public record KafkaConfig(
        String bootstrapServers,
        int partitions,
        int targetsPartitions,
        Duration connectTimeout,
        Duration unreachableAfter,
        Map<String, String> properties)
        implements HoldsSecrets {

    /** What may be passed through: anything else would break a promise of ours or be ignored. */
    private static final List<String> ALLOWED = List.of(
            "security.protocol",
            "sasl.",
            "ssl.",
            "client.dns.lookup",
            "client.rack",
            "connections.max.idle.ms",
            "metadata.max.age.ms",
            "reconnect.backoff.",
            "retry.backoff.",
            "request.timeout.ms",
            "receive.buffer.bytes",
            "send.buffer.bytes",
            "socket.connection.setup.timeout.",
            "producer.batch.size",
            "producer.buffer.memory",
            "producer.compression.",
            "producer.linger.ms");

    private static final String PROPERTIES = "properties";

    public KafkaConfig {
        properties = Map.copyOf(properties);
        Check.atLeast("partitions", partitions, 1);
        Check.atLeast("targetsPartitions", targetsPartitions, 1);
        Check.timeout("connectTimeout", connectTimeout);
        Check.timeout("unreachableAfter", unreachableAfter);
        if (bootstrapServers.indexOf('@') >= 0) {
            throw new InvalidSettingException(
                    "bootstrapServers",
                    "****@****",
                    "host:port, comma-separated; a user and a password belong to"
                            + " kafka.properties.sasl.jaas.config");
        }
        new TreeMap<>(properties).forEach((name, value) -> {
            if (ALLOWED.stream().noneMatch(name::startsWith)) {
                throw InvalidSettingException.ofHiddenEntry(
                        PROPERTIES,
                        name,
                        "a property that is passed on" + KafkaProperties.hint(name) + ": "
                                + String.join(", ", ALLOWED));
            }
            KafkaProperties.require(PROPERTIES, name, value);
        });
    }

    /** Kafka's own passwords, and what no client of Kafka's knows. */
    @Override
    public Map<String, Predicate<String>> secrets() {
        return Map.of(PROPERTIES, KafkaProperties::isSecret);
    }

    /** What a user may have mistyped among the properties, a sentence each; the values are not in it. */
    public List<String> doubts() {
        return KafkaProperties.unknown(properties);
    }

    public static KafkaConfig defaults() {
        return new KafkaConfig("", 4, 1, Duration.ofSeconds(15), Duration.ofSeconds(10), Map.of());
    }

    public boolean embedded() {
        return bootstrapServers.isBlank();
    }

    /** As Kafka's clients take it. */
    public Map<String, Object> clientProperties(String servers) {
        Map<String, Object> client = streamsProperties(servers);
        client.keySet().removeIf(name -> name.startsWith(KafkaProperties.FOR_THE_SCORERS_PRODUCER));
        return client;
    }

    /** As Kafka Streams takes it: with what is for the scorer's producer alone. */
    public Map<String, Object> streamsProperties(String servers) {
        Map<String, Object> streams = new HashMap<>(properties);
        streams.put("bootstrap.servers", servers);
        return streams;
    }
}
