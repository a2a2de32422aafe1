package io.stillstream.pipeline.config;

import io.stillstream.pipeline.PipelineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;

/**
 * Why Kafka's clients cannot be made of their settings, in a sentence. What Kafka says may repeat parts of a secret: the
 * sentence does not, and Kafka's exception is not passed on, because a stack trace would.
 */
public final class ClientProblem {

    private static final String MASK = "****";

    /** What separates the words of a login module's line. */
    private static final String SEPARATORS = " \t\r\n\f\"'=;";

    private static final Set<String> CONTROL_FLAGS = Set.of("required", "requisite", "sufficient", "optional");

    /** What is shorter is a part of too many words. */
    private static final int SHORTEST_WORD = 3;

    private ClientProblem() {}

    /** @param properties that the client was to be made of */
    public static PipelineException of(Throwable failure, Map<String, Object> properties) {
        return new PipelineException("Kafka's clients cannot be made of the settings in the section kafka: "
                + withoutSecrets(String.join(": ", reasons(failure)), properties) + " (kafka.bootstrap-servers is "
                + properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG) + ")");
    }

    /** The messages of the causes, without those that only repeat what comes after them. */
    private static List<String> reasons(Throwable failure) {
        // The first says no more than that a client was to be made.
        Throwable first = failure.getCause() == null ? failure : failure.getCause();
        List<String> reasons = new ArrayList<>();
        for (Throwable cause = first; cause != null; cause = cause.getCause()) {
            String message = cause.getMessage();
            String next = cause.getCause() == null ? null : cause.getCause().getMessage();
            if (message == null && cause.getCause() == null) {
                reasons.add(cause.getClass().getSimpleName());
            } else if (message != null && (next == null || !message.contains(next))) {
                reasons.add(message);
            }
        }
        return reasons;
    }

    private static String withoutSecrets(String text, Map<String, Object> properties) {
        String masked = text;
        for (Map.Entry<String, Object> property : properties.entrySet()) {
            String value = property.getValue().toString();
            if (!KafkaProperties.isSecret(property.getKey()) || value.isBlank()) {
                continue;
            }
            masked = masked.replace(value, MASK);
            for (String word : words(property.getKey(), value)) {
                masked = masked.replace(word, MASK);
            }
        }
        return masked;
    }

    private static List<String> words(String name, String value) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(value, SEPARATORS);
        // The first word of a login is the class of its module, which a message about it has to name.
        if (name.equals(SaslConfigs.SASL_JAAS_CONFIG) && tokens.hasMoreTokens()) {
            tokens.nextToken();
        }
        while (tokens.hasMoreTokens()) {
            String word = tokens.nextToken();
            if (word.length() >= SHORTEST_WORD && !CONTROL_FLAGS.contains(word)) {
                words.add(word);
            }
        }
        return words;
    }
}
