package io.stillstream.pipeline.config;

import io.stillstream.configuration.InvalidSettingException;
import io.stillstream.configuration.NearestName;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;

/** What Kafka's own clients define of a property: its type, what it may be, and by its type whether it is a secret. */
final class KafkaProperties {

    /** Of Kafka Streams, which hands what follows it to its producer. */
    static final String FOR_THE_SCORERS_PRODUCER = "producer.";

    private static final Map<String, ConfigKey> KNOWN = known();

    private KafkaProperties() {}

    private static Map<String, ConfigKey> known() {
        Map<String, ConfigKey> known = new HashMap<>();
        for (ConfigDef client :
                List.of(ProducerConfig.configDef(), ConsumerConfig.configDef(), AdminClientConfig.configDef())) {
            known.putAll(client.configKeys());
        }
        return Map.copyOf(known);
    }

    /** Also where no client of Kafka's knows the name: it is mistyped, or a plugin's own, and may be a password. */
    static boolean isSecret(String name) {
        ConfigKey key = KNOWN.get(plain(name));
        return key == null || key.type == ConfigDef.Type.PASSWORD;
    }

    /** @throws InvalidSettingException without the value, where Kafka would refuse it */
    static void require(String component, String name, String value) {
        ConfigKey key = KNOWN.get(plain(name));
        if (key == null) {
            return;
        }
        try {
            Object parsed = ConfigDef.parseType(name, value, key.type);
            if (key.validator != null) {
                key.validator.ensureValid(name, parsed);
            }
        } catch (ConfigException e) {
            String type = "of Kafka's type " + key.type.name().toLowerCase(Locale.ROOT);
            throw InvalidSettingException.ofHiddenEntry(
                    component, name, key.validator == null ? "one " + type : "one " + type + ": " + key.validator);
        }
    }

    /** The most similar property that may be set, to stand behind "expected a property"; empty where none is similar. */
    static String hint(String name) {
        return NearestName.of(plain(name), KNOWN.keySet())
                .map(nearest -> ", perhaps " + nearest)
                .orElse("");
    }

    /** A sentence for each property that Kafka's clients do not know. */
    static List<String> unknown(Map<String, String> properties) {
        return new TreeMap<>(properties)
                .keySet().stream()
                        .filter(name -> !KNOWN.containsKey(plain(name)))
                        .map(name ->
                                "kafka.properties." + name + " is passed on, but none of Kafka's own clients knows it"
                                        + NearestName.of(plain(name), KNOWN.keySet())
                                                .map(nearest -> "; did you mean '" + nearest + "'?")
                                                .orElse(""))
                        .toList();
    }

    private static String plain(String name) {
        return name.startsWith(FOR_THE_SCORERS_PRODUCER) ? name.substring(FOR_THE_SCORERS_PRODUCER.length()) : name;
    }
}
