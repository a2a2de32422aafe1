package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.AlpacaTurns;
import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.field.Field;

/** Alpaca's instructions: {@code instruction}, {@code input} and {@code output}; Dolly's with {@code context} and {@code response}. */
final class Alpaca implements Shape {

    @Override
    public boolean matches(Field line) {
        return line.has("instruction") && !line.has("messages");
    }

    @Override
    public void read(Field line, Call call) {
        AlpacaTurns.read(line, call);
        Field answer = line.first("output", "response");
        if (answer.present()) {
            Answers.read(answer, call);
        }
        // The three of them again, in one text.
        line.get("text").ignore();
    }
}
