package io.stillstream.producer.source.format;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A table's rows as JSON objects, one field a column. */
public interface Rows extends AutoCloseable {

    /**
     * A row.
     *
     * @param problem why it cannot be used; null when nothing is wrong with it
     */
    record Row(ObjectNode fields, @Nullable String problem) {}

    /**
     * The next row; null after the last.
     *
     * @throws IOException when the file is damaged from here on
     */
    @Nullable
    Row next() throws IOException;

    @Override
    void close() throws IOException;
}
