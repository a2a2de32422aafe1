package io.stillstream.serving.api.request;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /v1/chat/completions} is asked for.
 *
 * @param model as the caller named it
 */
public record ChatRequest(String model, Chat chat, GenerationOptions options) {

    private static final int MOST_LOGPROBS = 20;

    /**
     * @param maxChoices the most answers to one request
     * @throws ApiException that names the parameter
     */
    public static ChatRequest read(byte[] body, int maxChoices) {
        JsonFields fields = RequestJson.read(body);
        String model = fields.requiredText("model", "the name of a model");
        Chat chat = MessagesReader.read(fields);
        UnsupportedFields.refuseInChat(fields);
        GenerationOptions options = OptionsReader.read(fields, maxTokens(fields), topLogprobs(fields), maxChoices);
        fields.requireAllRead();
        return new ChatRequest(model, chat, options);
    }

    /** The newer name of the parameter wins over none, and stands beside the older one in no request. */
    private static @Nullable Integer maxTokens(JsonFields fields) {
        Integer older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Integer newer = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        if (older != null && newer != null) {
            throw new ApiException(ApiError.invalid(
                    "max_tokens",
                    "invalid_value",
                    "'max_tokens' is " + older + " and 'max_completion_tokens' is " + newer
                            + ": two names of one limit; expected one of them."));
        }
        return newer == null ? older : newer;
    }

    private static int topLogprobs(JsonFields fields) {
        boolean logprobs = fields.flag("logprobs");
        Integer top = fields.integer("top_logprobs", 0, MOST_LOGPROBS);
        if (top != null && !logprobs) {
            throw new ApiException(ApiError.invalid(
                    "top_logprobs", "invalid_value", "'top_logprobs' goes with 'logprobs': true alone."));
        }
        if (!logprobs) {
            return GenerationOptions.NO_LOGPROBS;
        }
        return top == null ? 0 : top;
    }
}
