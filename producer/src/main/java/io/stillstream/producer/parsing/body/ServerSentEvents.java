package io.stillstream.producer.parsing.body;

import java.util.ArrayList;
import java.util.List;

/**
 * Server-sent events, taken apart as the HTML standard says: lines end in LF, CR or both; a blank line ends an event; a line that
 * begins with a colon is a comment; one space after a field's colon is no part of its value. Unlike there, an event counts
 * at the stream's end too where no blank line follows it, since many servers send none.
 */
final class ServerSentEvents {

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String DATA = "data";

    private ServerSentEvents() {}

    /** The lines of data of each event that has some. */
    static List<List<String>> data(String stream) {
        List<List<String>> events = new ArrayList<>();
        List<String> event = new ArrayList<>();
        String text = stream.startsWith(BYTE_ORDER_MARK) ? stream.substring(1) : stream;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            if (line.isEmpty()) {
                end(event, events);
            } else if (line.equals(DATA)) {
                event.add("");
            } else if (line.startsWith(DATA) && line.charAt(DATA.length()) == ':') {
                String value = line.substring(DATA.length() + 1);
                event.add(value.startsWith(" ") ? value.substring(1) : value);
            }
        }
        end(event, events);
        return events;
    }

    private static void end(List<String> event, List<List<String>> events) {
        if (!event.isEmpty()) {
            events.add(List.copyOf(event));
            event.clear();
        }
    }
}
