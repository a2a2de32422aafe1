package io.stillstream.serving.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the parameters that chats and completions have in common. */
final class OptionsReader {

    private static final int MOST_STOPS = 4;
    private static final double HIGHEST_TEMPERATURE = 2;

    /** Ask for nothing that the answer would show. */
    private static final List<String> HARMLESS =
            List.of("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention");

    private OptionsReader() {}

    static GenerationOptions read(JsonFields fields, @Nullable Integer maxTokens, int topLogprobs, int maxChoices) {
        HARMLESS.forEach(fields::value);
        Integer choices = fields.integer("n", 1, maxChoices);
        boolean stream = fields.flag("stream");
        return new GenerationOptions(
                maxTokens,
                fields.number("temperature", 0, HIGHEST_TEMPERATURE, 1),
                topP(fields),
                fields.longInteger("seed", Long.MIN_VALUE, Long.MAX_VALUE),
                stop(fields),
                choices == null ? 1 : choices,
                topLogprobs,
                stream,
                includeUsage(fields, stream));
    }

    private static double topP(JsonFields fields) {
        double topP = fields.number("top_p", 0, 1, 1);
        // OpenAI takes 0, which leaves the most likely token alone, as the smallest number above it does. Draws are in
        // single precision, where a smaller number would be 0.
        return Math.max(topP, Float.MIN_VALUE);
    }

    private static List<String> stop(JsonFields fields) {
        JsonNode value = fields.value("stop");
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() && !value.isTextual()) {
            throw new ApiException(ApiError.wrongType(
                    "stop", JsonFields.kind(value), "a string, or up to " + MOST_STOPS + " of them"));
        }
        List<String> stops = new ArrayList<>();
        if (value.isTextual()) {
            stops.add(JsonFields.text(value, "stop"));
        } else {
            if (value.size() > MOST_STOPS) {
                throw new ApiException(
                        ApiError.wrongValue("stop", "an array of " + value.size(), "up to " + MOST_STOPS + " strings"));
            }
            for (int i = 0; i < value.size(); i++) {
                stops.add(JsonFields.text(value.get(i), "stop[" + i + "]"));
            }
        }
        if (stops.contains("")) {
            throw new ApiException(ApiError.wrongValue("stop", "an empty string", "strings of at least one character"));
        }
        return stops;
    }

    private static boolean includeUsage(JsonFields fields, boolean stream) {
        JsonNode value = fields.value("stream_options");
        if (value == null) {
            return false;
        }
        if (!stream) {
            throw new ApiException(ApiError.invalid(
                    "stream_options", "invalid_value", "'stream_options' goes with 'stream': true alone."));
        }
        JsonFields options = JsonFields.of(value, "stream_options");
        boolean includeUsage = options.flag("include_usage");
        // Bytes against the length of a piece being seen by its size: none are added here.
        options.flag("include_obfuscation");
        options.requireAllRead();
        return includeUsage;
    }
}
