package io.stillstream.serving.api.request;

import com.fasterxml.jackson.databind.JsonNode;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code /v1/completions} is asked for.
 *
 * @param model as the caller named it
 * @param prompts at least one; each gets as many answers as the options say
 */
public record CompletionRequest(String model, List<TextPrompt> prompts, GenerationOptions options) {

    private static final String PROMPT = "prompt";
    private static final String EXPECTED = "a string, an array of strings, or token ids";
    private static final int MOST_LOGPROBS = 5;

    /** As OpenAI has it where nothing is said. */
    private static final int USUAL_TOKENS = 16;

    public CompletionRequest {
        prompts = List.copyOf(prompts);
    }

    /**
     * @param maxChoices the most answers to one request
     * @throws ApiException that names the parameter
     */
    public static CompletionRequest read(byte[] body, int maxChoices) {
        JsonFields fields = RequestJson.read(body);
        String model = fields.requiredText("model", "the name of a model");
        List<TextPrompt> prompts = prompts(fields);
        UnsupportedFields.refuseInCompletion(fields);
        Integer maxTokens = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
        Integer logprobs = fields.integer("logprobs", 0, MOST_LOGPROBS);
        GenerationOptions options = OptionsReader.read(
                fields,
                maxTokens == null ? Integer.valueOf(USUAL_TOKENS) : maxTokens,
                logprobs == null ? GenerationOptions.NO_LOGPROBS : logprobs,
                maxChoices);
        fields.requireAllRead();
        if ((long) prompts.size() * options.choices() > maxChoices) {
            throw new ApiException(ApiError.wrongValue(
                    PROMPT,
                    "an array of " + prompts.size() + " with 'n' of " + options.choices(),
                    "at most " + maxChoices + " answers in all"));
        }
        return new CompletionRequest(model, prompts, options);
    }

    private static List<TextPrompt> prompts(JsonFields fields) {
        JsonNode prompt = fields.value(PROMPT);
        if (prompt == null) {
            throw new ApiException(ApiError.missing(PROMPT, EXPECTED));
        }
        if (!prompt.isArray()) {
            if (!prompt.isTextual()) {
                throw new ApiException(ApiError.wrongType(PROMPT, JsonFields.kind(prompt), EXPECTED));
            }
            return List.of(new TextPrompt.Text(JsonFields.text(prompt, PROMPT)));
        }
        if (prompt.isEmpty()) {
            throw new ApiException(ApiError.wrongValue(PROMPT, "an empty array", EXPECTED));
        }
        if (prompt.get(0).isNumber()) {
            return List.of(tokens(prompt, PROMPT));
        }
        List<TextPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < prompt.size(); i++) {
            JsonNode one = prompt.get(i);
            String param = PROMPT + "[" + i + "]";
            prompts.add(one.isArray() ? tokens(one, param) : new TextPrompt.Text(JsonFields.text(one, param)));
        }
        return prompts;
    }

    private static TextPrompt tokens(JsonNode ids, String param) {
        if (ids.isEmpty()) {
            throw new ApiException(ApiError.wrongValue(param, "an empty array", "at least one token id"));
        }
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode id : ids) {
            if (!id.isInt() || id.intValue() < 0) {
                throw new ApiException(ApiError.wrongType(
                        param, "an array with " + JsonFields.shown(id) + " in it", "token ids of the model"));
            }
            tokens.add(id.intValue());
        }
        return new TextPrompt.Tokens(tokens);
    }
}
