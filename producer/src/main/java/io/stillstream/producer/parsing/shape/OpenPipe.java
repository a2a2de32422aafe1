package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;

/** OpenPipe's logged calls: {@code reqPayload} and {@code respPayload}. */
final class OpenPipe implements Shape {

    @Override
    public boolean matches(Field line) {
        return line.has("reqPayload");
    }

    @Override
    public void read(Field line, Call call) {
        Requests.read(line.get("reqPayload"), call);
        Answers.read(line.get("respPayload"), call);
    }
}
