package io.stillstream.serving.api.response;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer of {@code /v1/completions}, whole or a piece of it.
 *
 * @param usage of a whole answer, and in a stream's last piece where it was asked for
 */
public record TextCompletion(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Usage usage) {

    public TextCompletion {
        choices = List.copyOf(choices);
    }

    public static TextCompletion of(
            String id, long created, String snapshot, List<Choice> choices, @Nullable Usage usage) {
        return new TextCompletion(id, "text_completion", created, snapshot, snapshot, choices, usage);
    }

    public record Choice(
            int index,
            String text,
            @Nullable Logprobs logprobs,
            @Nullable String finishReason) {}

    /**
     * One entry for each token.
     *
     * @param textOffset the character of the answer that it begins at
     * @param topLogprobs by the tokens' texts
     */
    public record Logprobs(
            List<Integer> textOffset,
            List<Double> tokenLogprobs,
            List<String> tokens,
            List<Map<String, Double>> topLogprobs) {

        public Logprobs {
            textOffset = List.copyOf(textOffset);
            tokenLogprobs = List.copyOf(tokenLogprobs);
            tokens = List.copyOf(tokens);
            topLogprobs = List.copyOf(topLogprobs);
        }
    }
}
