package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.List;

/** All shapes that lines have, the more particular ones first. */
public final class Shapes {

    private static final List<Shape> ALL = List.of(
            new LiteLlm(),
            new VllmOutput(),
            new AzureApiManagement(),
            new OpenPipe(),
            new Helicone(),
            new OpenAiBatch(),
            new ShareGpt(),
            new Alpaca(),
            new Trl(),
            new ProxyLog(),
            new Langfuse(),
            new OneObject());

    private Shapes() {}

    /** @throws InvalidFieldException when the line has none of these shapes, or is not what its shape says */
    public static void read(Field line, Call call) {
        Shape shape = ALL.stream()
                .filter(candidate -> candidate.matches(line))
                .findFirst()
                .orElseThrow(() -> new InvalidFieldException(
                        "the line has neither messages nor a prompt, nor any of the shapes of logs and data sets that are"
                                + " known; expected one of them"));
        Envelope.read(line, call);
        shape.read(line, call);
    }
}
