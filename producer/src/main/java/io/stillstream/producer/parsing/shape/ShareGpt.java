package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.body.ShareGptTurns;
import io.stillstream.producer.parsing.field.Field;

/** ShareGPT's conversations: {@code from} and {@code value}. Each turn of the assistant is an answer to learn. */
final class ShareGpt implements Shape {

    @Override
    public boolean matches(Field line) {
        return line.has("conversations") || line.get("conversation").unpacked().isArray();
    }

    @Override
    public void read(Field line, Call call) {
        ShareGptTurns.read(line.first("conversations", "conversation"), call);
        ShareGptTurns.system(line.get("system"), call);
        Requests.parameters(line, call);
    }
}
