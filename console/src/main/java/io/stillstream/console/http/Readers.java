package io.stillstream.console.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.monitoring.http.EventStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Who looks at the console, and what they have been told: a new one gets the present state whole, and from then on what
 * changes. One that has gone, or does not keep up, is forgotten. Thread-safe.
 */
public final class Readers implements AutoCloseable {

    /** Pages that are open at once: whoever leaves more open looks at the newest. */
    static final int MOST = 8;

    private final Map<String, String> state = new TreeMap<>();
    private final Map<String, Supplier<JsonNode>> kept = new TreeMap<>();
    private final List<EventStream> streams = new ArrayList<>();
    private boolean closed;

    /** Tells everybody, where it is not what they were told before. */
    public synchronized void publish(String name, JsonNode node) {
        String text = node.toString();
        if (!text.equals(state.put(name, text))) {
            send(name, text);
        }
    }

    /** Has it for whoever comes; those who are here are told in another way. */
    public synchronized void keep(String name, Supplier<JsonNode> present) {
        kept.put(name, present);
    }

    /** Tells those who are here what was added to what they have. */
    public synchronized void point(JsonNode node) {
        send("point", node.toString());
    }

    /** The stream of a new reader; the oldest goes where there are too many. */
    synchronized EventStream open() {
        EventStream stream = new EventStream();
        present().forEach(stream::send);
        streams.removeIf(EventStream::isClosed);
        while (streams.size() >= MOST) {
            streams.remove(0).close();
        }
        if (closed) {
            stream.close();
        } else {
            streams.add(stream);
        }
        return stream;
    }

    synchronized int count() {
        streams.removeIf(EventStream::isClosed);
        return streams.size();
    }

    /** All that is known, as one object. */
    synchronized String whole() {
        StringBuilder json = new StringBuilder("{");
        present()
                .forEach((name, text) -> json.append(json.length() == 1 ? "" : ",")
                        .append('"')
                        .append(name)
                        .append("\":")
                        .append(text));
        return json.append('}').toString();
    }

    private Map<String, String> present() {
        Map<String, String> all = new TreeMap<>(state);
        kept.forEach((name, present) -> all.put(name, present.get().toString()));
        return all;
    }

    private void send(String name, String text) {
        for (Iterator<EventStream> each = streams.iterator(); each.hasNext(); ) {
            if (!each.next().send(name, text)) {
                each.remove();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        streams.forEach(EventStream::close);
        streams.clear();
    }
}
