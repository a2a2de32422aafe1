package io.stillstream.producer.proxy.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/** Gives a request another model's name, and leaves every other byte as it is. */
public final class ModelName {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String MODEL = "model";

    private ModelName() {}

    /** Empty where the body is no object with a {@code model} that is a string. */
    public static Optional<byte[]> replaced(byte[] body, String model) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean found = parser.currentName().equals(MODEL);
                if (found && parser.nextToken() == JsonToken.VALUE_STRING) {
                    int begin = (int) parser.currentTokenLocation().getByteOffset();
                    parser.finishToken();
                    int end = (int) parser.currentLocation().getByteOffset();
                    return Optional.of(spliced(body, begin, end, model));
                }
                if (found) {
                    return Optional.empty();
                }
                parser.nextToken();
                parser.skipChildren();
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static byte[] spliced(byte[] body, int begin, int end, String model) {
        byte[] name = JsonStringEncoder.getInstance().quoteAsUTF8(model);
        var out = new ByteArrayOutputStream(body.length + name.length + 2);
        out.write(body, 0, begin);
        out.write('"');
        out.write(name, 0, name.length);
        out.write('"');
        out.write(body, end, body.length - end);
        return out.toByteArray();
    }
}
