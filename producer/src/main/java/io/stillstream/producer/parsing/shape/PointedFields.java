package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.TrafficConfig;
import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.Map;
import java.util.function.Consumer;

/** Lines of which the configuration says where everything stands: JSON pointers by the name of what they point at. */
final class PointedFields implements Shape {

    private final Map<String, String> pointers;

    /** @param pointers see {@link TrafficConfig#fields} */
    PointedFields(Map<String, String> pointers) {
        this.pointers = pointers;
    }

    @Override
    public boolean matches(Field line) {
        return true;
    }

    @Override
    public void read(Field line, Call call) {
        String input = pointers.containsKey("messages") ? "messages" : "prompt";
        Field asked = line.at(pointers.getOrDefault(input, ""));
        if (!asked.present()) {
            throw new InvalidFieldException("traffic.fields." + input + " is " + pointers.get(input) + ", and there is "
                    + (asked.kind().equals("null") ? "null" : "nothing") + " there; expected what was asked");
        }
        if (input.equals("messages")) {
            Requests.read(asked, call);
        } else {
            call.text(asked.text());
        }
        at(line, "system", system -> Requests.system(system, call));
        at(line, "tools", tools -> Requests.tools(tools, call));
        at(line, "response", response -> Answers.read(response, call));
        at(line, "finish_reason", call::finishReason);
        at(line, "id", call::id);
        at(line, "conversation_id", call::conversationId);
        at(line, "tenant", call::tenant);
        at(line, "created_at", call::createdAt);
        at(line, "reference", call::reference);
        at(line, "model", call::model);
        at(line, "metadata", call::metadata);
    }

    private void at(Field line, String name, Consumer<Field> reader) {
        String pointer = pointers.get(name);
        if (pointer != null && line.at(pointer).present()) {
            reader.accept(line.at(pointer));
        }
    }
}
