package io.stillstream.serving.api.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How answers are written, and how they are sent.
 *
 * @param maxTokens the most tokens of an answer; null for what the context window has room for
 * @param temperature 0 for the most likely token each time
 * @param seed the same one gives the same answer of the same weights; null for another each time
 * @param stop texts that end an answer and are not part of it
 * @param choices how many answers to one prompt
 * @param topLogprobs how many of the most likely tokens are told with each; {@link #NO_LOGPROBS} where none are asked for
 * @param stream whether the answer is sent while it is written
 * @param includeUsage whether a stream ends with the numbers of tokens
 */
public record GenerationOptions(
        @Nullable Integer maxTokens,
        double temperature,
        double topP,
        @Nullable Long seed,
        List<String> stop,
        int choices,
        int topLogprobs,
        boolean stream,
        boolean includeUsage) {

    /** As {@code topLogprobs}. */
    public static final int NO_LOGPROBS = -1;

    public GenerationOptions {
        stop = List.copyOf(stop);
    }

    public boolean logprobs() {
        return topLogprobs != NO_LOGPROBS;
    }
}
