package io.stillstream.contract.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * JSON whose every value is written as it was read: numbers with a point or an exponent as their text, whatever a double or a
 * decimal makes of it ({@code -0.0}, {@code 1E5}, {@code 1e400}); and a name that an object has twice is an error.
 */
public final class ExactJson {

    private final JsonMapper mapper;

    /** With Jackson's own bounds of depth and length. */
    public ExactJson() {
        this(StreamReadConstraints.defaults());
    }

    public ExactJson(StreamReadConstraints bounds) {
        mapper = JsonMapper.builder(
                        JsonFactory.builder().streamReadConstraints(bounds).build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    /**
     * @return a missing node for a text without any value
     * @throws JsonProcessingException when it is not JSON; {@link JsonProblem} words it
     */
    public JsonNode read(String json) throws JsonProcessingException {
        try (JsonParser parser = mapper.createParser(json)) {
            return read(parser);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory could not be read", e);
        }
    }

    /** As {@link #read(String)}, for UTF-8. */
    public JsonNode read(byte[] json) throws IOException {
        try (JsonParser parser = mapper.createParser(json)) {
            return read(parser);
        }
    }

    private JsonNode read(JsonParser parser) throws IOException {
        try {
            JsonNode node = mapper.readTree(new WrittenDecimals(parser));
            return node == null ? MissingNode.getInstance() : node;
        } catch (NumberFormatException e) {
            throw JsonProblem.ofNumber(e);
        }
    }

    public byte[] write(JsonNode node) throws JsonProcessingException {
        return mapper.writeValueAsBytes(node);
    }

    public ArrayNode array() {
        return mapper.createArrayNode();
    }

    public ObjectNode object() {
        return mapper.createObjectNode();
    }

    private static final class WrittenDecimals extends JsonParserDelegate {

        WrittenDecimals(JsonParser parser) {
            super(parser);
        }

        @Override
        public BigDecimal getDecimalValue() throws IOException {
            return new WrittenDecimal(super.getDecimalValue(), getText());
        }
    }

    /** A number that Jackson's nodes hold, and write by its text. */
    private static final class WrittenDecimal extends BigDecimal {

        private static final long serialVersionUID = 1;

        private final String text;

        WrittenDecimal(BigDecimal value, String text) {
            super(value.unscaledValue(), value.scale());
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
