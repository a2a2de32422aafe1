package io.stillstream.producer.capture;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.contract.codec.JsonProblem;
import io.stillstream.producer.parsing.field.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What somebody says of an answer, named by its own id or as the last of a conversation.
 *
 * @param responseId the answer's id, or the prompt's; null where the conversation is named
 * @param score from 0, bad, to 1, good; null for none
 * @param correction what should have been answered; null for none
 */
record Feedback(
        @Nullable String responseId,
        @Nullable String conversationId,
        @Nullable Double score,
        @Nullable String correction) {

    private static final double BAD_BELOW = 0.5;
    private static final int LONGEST_SHOWN = 40;
    private static final Set<String> KEYS = Set.of("response_id", "conversation_id", "score", "correction");

    /** @throws IllegalArgumentException with a sentence that says what is wrong */
    static Feedback parse(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        JsonNode body;
        try {
            body = StrictJson.parse(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the feedback is not JSON: " + JsonProblem.of(e), e);
        }
        if (!body.isObject() || !StrictJson.encodable(body, text)) {
            throw new IllegalArgumentException("the feedback is no JSON object of valid text; expected one with "
                    + new TreeSet<>(KEYS) + " in it");
        }
        for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!KEYS.contains(name)) {
                throw new IllegalArgumentException("the feedback has the key '" + shortened(name)
                        + "', which is not known; expected keys out of " + new TreeSet<>(KEYS));
            }
        }
        var feedback = new Feedback(
                text(body, "response_id"), text(body, "conversation_id"), score(body), text(body, "correction"));
        if ((feedback.responseId == null) == (feedback.conversationId == null)) {
            throw new IllegalArgumentException("the feedback names "
                    + (feedback.responseId == null ? "no call" : "a call twice")
                    + "; expected either response_id or conversation_id");
        }
        if (feedback.score == null && feedback.correction == null) {
            throw new IllegalArgumentException("the feedback says nothing; expected a score, a correction or both");
        }
        return feedback;
    }

    boolean bad() {
        return score != null && score < BAD_BELOW;
    }

    boolean good() {
        return score != null && score >= BAD_BELOW;
    }

    private static @Nullable String text(JsonNode body, String name) {
        JsonNode value = body.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw new IllegalArgumentException(name + " is " + (value.isTextual() ? "blank" : "no string")
                    + "; expected a string that says something");
        }
        return value.textValue();
    }

    private static @Nullable Double score(JsonNode body) {
        JsonNode value = body.path("score");
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        double score = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (!(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException(
                    "score is '" + shortened(value.asText()) + "'; expected a number from 0, bad, to 1, good");
        }
        return score;
    }

    static String shortened(String text) {
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
    }
}
