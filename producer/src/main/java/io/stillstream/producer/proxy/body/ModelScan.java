package io.stillstream.producer.proxy.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.async.ByteBufferFeeder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Looks for the {@code model} at the top level of a JSON object that comes in pieces. */
public final class ModelScan {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String MODEL = "model";

    private final JsonParser parser;
    private final ByteBufferFeeder feeder;
    private int most;
    private int depth;
    private boolean isModel;
    private boolean over;
    private Optional<String> model = Optional.empty();

    /** @param most the most bytes that are looked at */
    public ModelScan(int most) {
        this.most = most;
        try {
            parser = JSON.createNonBlockingByteBufferParser();
        } catch (IOException e) {
            throw new IllegalStateException("a parser without input failed", e);
        }
        feeder = (ByteBufferFeeder) parser.getNonBlockingInputFeeder();
    }

    /**
     * Looks at more, and leaves the buffer's position as it is.
     *
     * @return whether more bytes could still tell
     */
    public boolean reads(ByteBuffer buffer) {
        if (over) {
            return false;
        }
        ByteBuffer piece = buffer.slice();
        piece.limit(Math.min(most, piece.limit()));
        most -= piece.remaining();
        try {
            feeder.feedInput(piece);
            over = ended() || most == 0;
        } catch (IOException e) {
            // What is no JSON is the upstream's to refuse.
            over = true;
        }
        return !over;
    }

    /** What was found; empty as long as nothing was. */
    public Optional<String> model() {
        return model;
    }

    private boolean ended() throws IOException {
        while (true) {
            JsonToken token = parser.nextToken();
            if (token == null || token == JsonToken.NOT_AVAILABLE) {
                return token == null;
            }
            if (depth == 1 && isModel) {
                model = token == JsonToken.VALUE_STRING ? Optional.of(parser.getText()) : Optional.empty();
                return true;
            }
            switch (token) {
                case START_OBJECT, START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                case FIELD_NAME -> isModel = depth == 1 && parser.currentName().equals(MODEL);
                default -> {}
            }
            if (depth == 0) {
                // The object has ended, or there is none.
                return true;
            }
        }
    }
}
