package io.stillstream.huggingface.tokenizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.stillstream.huggingface.HuggingFaceException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Changes fields of a JSON object in place, so that all other bytes stay as they came: changed back, it is the same file. */
final class JsonFields {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonFields() {}

    /**
     * The object with another text in the fields of these names, where it has them as texts; those within its values stay.
     *
     * @param json in UTF-8
     * @param text without what JSON would escape
     */
    static byte[] with(byte[] json, List<String> fields, String text) {
        byte[] value = ('"' + text + '"').getBytes(StandardCharsets.UTF_8);
        var changed = new ByteArrayOutputStream(json.length + value.length);
        int copied = 0;
        try (JsonParser parser = JSON.createParser(json)) {
            int depth = 0;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 1 && token == JsonToken.VALUE_STRING && fields.contains(parser.currentName())) {
                    int begin = (int) parser.currentTokenLocation().getByteOffset();
                    parser.finishToken();
                    int end = (int) parser.currentLocation().getByteOffset();
                    changed.write(json, copied, begin - copied);
                    changed.write(value);
                    copied = end;
                }
            }
            changed.write(json, copied, json.length - copied);
        } catch (IOException e) {
            throw new HuggingFaceException("could not change " + fields + " of a configuration: " + e.getMessage(), e);
        }
        return changed.toByteArray();
    }
}
