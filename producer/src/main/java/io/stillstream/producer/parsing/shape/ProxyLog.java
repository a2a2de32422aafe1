package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import java.util.Set;

/** A proxy's log: a {@code request} and a {@code response}, each the body, its JSON text, or an object with the {@code body}. */
final class ProxyLog implements Shape {

    private static final Set<String> HARMLESS =
            Set.of("headers", "method", "url", "path", "query", "id", "timestamp", "status", "ip", "host", "size");

    @Override
    public boolean matches(Field line) {
        return line.has("request");
    }

    @Override
    public void read(Field line, Call call) {
        Field request = line.get("request").unpacked();
        if (request.has("body")) {
            Requests.read(request.get("body"), call);
            request.ignore(HARMLESS);
        } else {
            Requests.read(line.get("request"), call);
        }
        OneObject.answer(line, call);
    }
}
