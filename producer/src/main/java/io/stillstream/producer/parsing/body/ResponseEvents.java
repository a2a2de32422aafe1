package io.stillstream.producer.parsing.body;

import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.List;

/** The events of the Responses API, the last of which holds the whole response. */
final class ResponseEvents {

    private static final String PREFIX = "response.";
    private static final List<String> LAST = List.of("response.completed", "response.incomplete", "response.failed");

    private ResponseEvents() {}

    static boolean hold(Field array) {
        return !array.items().isEmpty()
                && array.items().get(0).get("type").peek().startsWith(PREFIX);
    }

    static Field last(Field array) {
        Field whole = null;
        for (Field event : array.items()) {
            if (LAST.contains(event.get("type").peek())) {
                whole = event.get("response");
                event.ignore(List.of("type", "sequence_number"));
            } else {
                // A part of what the last event holds as a whole.
                event.ignore();
            }
        }
        if (whole == null || !whole.isObject()) {
            throw new InvalidFieldException(
                    array.path() + " is a stream that broke off; expected an event of one of the types " + LAST);
        }
        return whole;
    }
}
