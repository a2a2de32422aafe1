package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.Set;

/**
 * TRL's data sets: {@code prompt} with a {@code completion} or with {@code chosen} and {@code rejected}, each a text or messages;
 * {@code chosen} may hold the whole conversation. What was rejected is never a target.
 */
final class Trl implements Shape {

    @Override
    public boolean matches(Field line) {
        return line.has("chosen")
                || line.has("rejected")
                || (line.has("prompt") && line.get("label").isBoolean());
    }

    @Override
    public void read(Field line, Call call) {
        if (line.get("label").isFalse()) {
            throw new InvalidFieldException("label is false: the completion is not a good one; expected one to learn");
        }
        line.get("label").isTrue();
        line.ignore(Set.of("rejected"));
        Field chosen = line.get("chosen").unpacked();
        boolean whole = chosen.isArray() && chosen.items().size() > 1;
        if (whole) {
            Requests.read(chosen, call);
            // The beginning of the conversation again, or all of it.
            line.ignore(Set.of("prompt", "messages"));
            Requests.parameters(line, call);
            return;
        }
        Requests.read(line, call);
        if (chosen.present()) {
            Answers.read(line.get("chosen").isText() ? line.get("chosen") : chosen, call);
        } else {
            OneObject.answer(line, call);
        }
    }
}
