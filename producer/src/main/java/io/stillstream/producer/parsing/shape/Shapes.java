package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.field.Field;
import io.stillstream.producer.parsing.field.InvalidFieldException;
import java.util.List;
import java.util.Map;

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

    private final List<Shape> shapes;

    /** @param pointers where everything stands in a line, where that is configured; empty to find it out */
    public Shapes(Map<String, String> pointers) {
        shapes = pointers.isEmpty() ? ALL : List.of(new PointedFields(pointers));
    }

    /** @throws InvalidFieldException when the line has none of these shapes, or is not what its shape says */
    public void read(Field line, Call call) {
        Shape shape = of(line);
        if (shape instanceof PointedFields) {
            shape.read(line, call);
            Envelope.read(line, call);
        } else {
            Envelope.read(line, call);
            shape.read(line, call);
        }
    }

    private Shape of(Field line) {
        for (Shape candidate : shapes) {
            if (candidate.matches(line)) {
                return candidate;
            }
        }
        throw new InvalidFieldException(
                "the line has neither messages nor a prompt, nor the shape of a log or data set that is known;"
                        + " expected one of them, or traffic.fields to say where they stand");
    }
}
