package io.stillstream.serving.api.response;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole answer to a chat.
 *
 * @param created in seconds since 1970
 * @param model the id of the snapshot that answered
 * @param systemFingerprint the same
 */
public record ChatCompletion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        Usage usage,
        String systemFingerprint) {

    public ChatCompletion {
        choices = List.copyOf(choices);
    }

    public static ChatCompletion of(String id, long created, String snapshot, List<Choice> choices, Usage usage) {
        return new ChatCompletion(id, "chat.completion", created, snapshot, choices, usage, snapshot);
    }

    public record Choice(
            int index, Message message, @Nullable ChatLogprobs logprobs, String finishReason) {}

    public record Message(
            String role, String content, @Nullable String refusal) {

        public static Message of(String content) {
            return new Message("assistant", content, null);
        }
    }
}
