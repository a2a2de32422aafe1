package io.stillstream.console.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.stillstream.console.http.RolloutCommands.Click;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the body of a click. */
final class ClickReader {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final Set<String> FIELDS =
            Set.of("verb", "candidate", "full", "reason", "revision", "quarantine", "dryRun");
    private static final Pattern VERB = Pattern.compile("start|promote|pause|resume|abort|rollback|rewind");
    private static final Pattern SNAPSHOT = Pattern.compile("|[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final int LONGEST_REASON = 500;
    private static final int LONGEST_QUARANTINE = 2000;

    private ClickReader() {}

    /** Empty where it is something else. */
    static Optional<Click> read(String id, String body) {
        try {
            JsonNode node = JSON.readTree(body);
            if (node == null || !node.isObject()) {
                return Optional.empty();
            }
            for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
                if (!FIELDS.contains(names.next())) {
                    return Optional.empty();
                }
            }
            String verb = node.path("verb").asText();
            String candidate = node.path("candidate").asText();
            String reason = node.path("reason").asText();
            String quarantine = node.path("quarantine").asText();
            boolean dryRun = node.path("dryRun").asBoolean();
            boolean sound = VERB.matcher(verb).matches()
                    && SNAPSHOT.matcher(candidate).matches()
                    && verb.equals("start") == !candidate.isEmpty()
                    && (quarantine.isEmpty()
                            ? !verb.equals("rewind") && !dryRun
                            : verb.equals("rewind") || verb.equals("rollback"))
                    && quarantine.length() <= LONGEST_QUARANTINE
                    && reason.length() <= LONGEST_REASON
                    && node.path("revision").canConvertToLong()
                    && node.path("revision").asLong() >= 0;
            return sound
                    ? Optional.of(new Click(
                            id,
                            verb,
                            candidate,
                            node.path("full").asBoolean(),
                            reason,
                            node.path("revision").asLong(),
                            quarantine,
                            dryRun))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
