package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.stillstream.contract.rejection.RejectionCode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A stream of server-sent events as it came over the wire: lines of {@code data: {…}}, {@code event: …} and comments.
 *
 * @param events the JSON of each event, in order
 * @param done whether the stream says that it ends, by {@code [DONE]}
 */
public record EventStream(ArrayNode events, boolean done) {

    private static final String END = "[DONE]";
    private static final Pattern EVENT_LINE = Pattern.compile("(data|event|id|retry)?:.*", Pattern.DOTALL);

    /**
     * @param path what the stream is, for messages
     * @param cut whether it may have been cut off anywhere: what is left of its last event is left out then
     * @throws InvalidFieldException when an event is not JSON that UTF-8 can hold
     */
    public static EventStream parse(String text, String path, boolean cut) {
        ArrayNode events = StrictJson.array();
        boolean done = false;
        List<List<String>> found = ServerSentEvents.data(text);
        for (int i = 0; i < found.size(); i++) {
            boolean last = i == found.size() - 1;
            for (String payload : payloads(found.get(i))) {
                if (payload.equals(END)) {
                    done = true;
                    continue;
                }
                JsonNode event = json(payload);
                if (event == null && last && cut) {
                    continue;
                }
                if (event == null) {
                    throw new InvalidFieldException(
                            RejectionCode.MALFORMED_JSON,
                            path + " is a stream of events, one of which is not JSON; expected all of them whole");
                }
                if (!StrictJson.encodable(event, payload)) {
                    throw new InvalidFieldException(
                            RejectionCode.INVALID_UTF8, path + " is a stream that escapes half a surrogate pair");
                }
                events.add(event);
            }
        }
        return new EventStream(events, done);
    }

    /** The events' data as an array; the same field where it is no such stream. */
    static Field unpacked(Field response) {
        String text = response.peek();
        if (!text.lines()
                .allMatch(line -> line.isBlank() || EVENT_LINE.matcher(line).matches())) {
            return response;
        }
        boolean objects = ServerSentEvents.data(text).stream()
                .flatMap(event -> payloads(event).stream())
                .filter(payload -> !payload.equals(END))
                .findFirst()
                .filter(payload -> payload.startsWith("{"))
                .isPresent();
        return objects ? response.replacedBy(parse(text, response.path(), false).events()) : response;
    }

    /** One JSON over several lines is one payload; where the blank lines between events were lost, each line is one. */
    private static List<String> payloads(List<String> lines) {
        if (lines.size() == 1 || json(lines.get(0)) == null || json(String.join("\n", lines)) != null) {
            String payload = String.join("\n", lines).strip();
            return payload.isEmpty() ? List.of() : List.of(payload);
        }
        return lines.stream().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    private static @Nullable JsonNode json(String payload) {
        try {
            return StrictJson.parse(payload);
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
