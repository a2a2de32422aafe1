package io.stillstream.producer.parsing.body;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.StrictJson;
import org.jspecify.annotations.Nullable;

/** A call in a stream as it grows: its id and name come once, or again with each chunk; its arguments in pieces. */
final class ChunkedCall {

    private @Nullable String id;
    private @Nullable String type;
    private String name = "";
    private final StringBuilder arguments = new StringBuilder();

    void add(Field call) {
        call.get("index").ignore();
        String more = call.get("id").optionalScalar();
        id = id == null ? more : id;
        String kind = call.get("type").optionalText();
        type = kind == null || kind.isEmpty() ? type : kind;
        if (call.has("function")) {
            addFunction(call.get("function"));
        }
    }

    void addFunction(Field function) {
        String more = function.get("name").optionalText();
        if (more != null && !more.equals(name)) {
            name += more;
        }
        Field piece = function.get("arguments");
        if (piece.present()) {
            arguments.append(piece.isObject() ? piece.json() : piece.text());
        }
    }

    ObjectNode function() {
        return StrictJson.object().put("name", name).put("arguments", arguments.toString());
    }

    ObjectNode whole() {
        ObjectNode call = StrictJson.object();
        if (id != null) {
            call.put("id", id);
        }
        if (type != null) {
            call.put("type", type);
        }
        call.set("function", function());
        return call;
    }
}
