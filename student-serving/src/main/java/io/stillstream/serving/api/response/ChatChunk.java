package io.stillstream.serving.api.response;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A piece of an answer to a chat.
 *
 * @param choices one, or none in the piece that holds the usage
 * @param usage in the last piece, where it was asked for
 */
public record ChatChunk(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Usage usage) {

    public ChatChunk {
        choices = List.copyOf(choices);
    }

    public static ChatChunk of(String id, long created, String snapshot, List<Choice> choices, @Nullable Usage usage) {
        return new ChatChunk(id, "chat.completion.chunk", created, snapshot, snapshot, choices, usage);
    }

    public record Choice(
            int index,
            Delta delta,
            @Nullable ChatLogprobs logprobs,
            @Nullable String finishReason) {}

    /** What is new; a part that is null is left out. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Delta(@Nullable String role, @Nullable String content) {}
}
