package io.stillstream.producer.parsing.shape;

import io.stillstream.producer.parsing.body.Call;
import io.stillstream.producer.parsing.field.Field;

/** A way in which lines hold a call. */
interface Shape {

    /** Whether the line is written so. */
    boolean matches(Field line);

    /** Reads what was asked and answered, and the shape's own fields; {@link Envelope} reads what all lines have. */
    void read(Field line, Call call);
}
