package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.stillstream.contract.RejectionCode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import io.stillstream.producer.parsing.field.StrictJson;
import java.util.List;
import java.util.regex.Pattern;

/** A stream of server-sent events as it came over the wire: lines of {@code data: {…}}, {@code event: …} and comments. */
final class EventStream {

    private static final String DATA = "data:";
    private static final String END = "[DONE]";
    private static final Pattern EVENT_LINE = Pattern.compile("(data|event|id|retry)?:.*");

    private EventStream() {}

    /** The events' data as an array; the same field where it is no such stream. */
    static Field unpacked(Field response) {
        String text = response.peek();
        if (!text.lines()
                .allMatch(line -> line.isBlank() || EVENT_LINE.matcher(line).matches())) {
            return response;
        }
        List<String> data = text.lines()
                .filter(line -> line.startsWith(DATA))
                .map(line -> line.substring(DATA.length()).strip())
                .filter(payload -> !payload.equals(END) && !payload.isEmpty())
                .toList();
        if (data.isEmpty() || !data.get(0).startsWith("{")) {
            return response;
        }
        ArrayNode events = StrictJson.array();
        for (String payload : data) {
            events.add(event(payload, response));
        }
        return response.replacedBy(events);
    }

    private static JsonNode event(String payload, Field response) {
        JsonNode event;
        try {
            event = StrictJson.parse(payload);
        } catch (JsonProcessingException e) {
            throw new InvalidFieldException(
                    RejectionCode.MALFORMED_JSON,
                    response.path() + " is a stream of events, one of which is not JSON; expected all of them whole");
        }
        if (!StrictJson.encodable(event, payload)) {
            throw new InvalidFieldException(
                    RejectionCode.INVALID_UTF8, response.path() + " is a stream that escapes half a surrogate pair");
        }
        return event;
    }
}
