package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Answers;
import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.body.Requests;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;

/** The lines of OpenAI's batches: the input's, and those that somebody joined with the output's by their {@code custom_id}. */
final class OpenAiBatch implements Shape {

    @Override
    public boolean matches(Field line) {
        return line.has("custom_id")
                && (line.has("body") || (line.has("response") && !line.has("request") && !line.has("messages")));
    }

    @Override
    public void read(Field line, Call call) {
        if (!line.has("body")) {
            Answers.read(line.get("response").unpacked(), call);
            throw new InvalidFieldException(
                    "the line is of a batch's output, which has no messages; expected the body of"
                            + " the batch's input beside the response, joined by their custom_id");
        }
        Requests.read(line.get("body"), call);
        Answers.read(line.get("response"), call);
    }
}
