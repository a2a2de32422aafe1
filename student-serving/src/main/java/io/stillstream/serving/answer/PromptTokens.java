package io.stillstream.serving.answer;

import io.stillstream.contract.prompt.Chat;
import io.stillstream.huggingface.HuggingFaceException;
import io.stillstream.huggingface.template.ChatTemplate;
import io.stillstream.huggingface.template.Rendering;
import io.stillstream.serving.api.ApiError;
import io.stillstream.serving.api.ApiException;
import io.stillstream.serving.api.request.TextPrompt;
import io.stillstream.serving.weights.ServedSnapshot;
import io.stillstream.student.inference.WordedPrompt;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** A request's prompt in the tokens of the snapshot that answers it, in the wording that it was trained in. */
public final class PromptTokens {

    private PromptTokens() {}

    /**
     * @param now the time that the template may read
     * @throws ApiException when there is no template, it refuses the chat, or the context window has no room for an answer
     */
    public static int[] ofChat(ServedSnapshot snapshot, Chat chat, Instant now) {
        ChatTemplate template = snapshot.template()
                .orElseThrow(() -> new ApiException(ApiError.invalid(
                        "messages",
                        "no_chat_template",
                        "The model has no chat template; send a text to /v1/completions.")));
        Rendering rendering = template.render(chat, now);
        if (rendering instanceof Rendering.Failed failed) {
            throw new ApiException(
                    ApiError.invalid("messages", "invalid_messages", "Not rendered: " + failed.message() + "."));
        }
        String text = ((Rendering.Rendered) rendering).text();
        return fitting(snapshot, tokenize(snapshot, new WordedPrompt(text, true), "messages"), "messages");
    }

    /** @throws ApiException when a token is none of the model's, or the context window has no room for an answer */
    public static int[] ofText(ServedSnapshot snapshot, TextPrompt prompt) {
        if (prompt instanceof TextPrompt.Tokens tokens) {
            int[] ids = tokens.ids().stream().mapToInt(Integer::intValue).toArray();
            for (int id : ids) {
                if (!snapshot.hasToken(id)) {
                    throw new ApiException(
                            ApiError.wrongValue("prompt", "an array with " + id + " in it", "token ids of the model"));
                }
            }
            return fitting(snapshot, ids, "prompt");
        }
        String text = ((TextPrompt.Text) prompt).text();
        return fitting(snapshot, tokenize(snapshot, new WordedPrompt(text, false), "prompt"), "prompt");
    }

    private static int[] tokenize(ServedSnapshot snapshot, WordedPrompt prompt, String param) {
        // Some megabytes take seconds to be tokenized, and have no room whatever tokens they are.
        int bytes = prompt.text().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > snapshot.contextBytes()) {
            throw tooLong(snapshot, bytes + " bytes", param);
        }
        try {
            return snapshot.tokenize(prompt);
        } catch (HuggingFaceException e) {
            throw new ApiException(
                    ApiError.invalid(param, "invalid_value", "Not tokenized: " + e.getMessage() + "."), e);
        }
    }

    private static int[] fitting(ServedSnapshot snapshot, int[] ids, String param) {
        if (ids.length == 0) {
            throw new ApiException(ApiError.wrongValue(param, "without a token of its own", "a text"));
        }
        if (ids.length >= snapshot.contextTokens()) {
            throw tooLong(snapshot, ids.length + " tokens", param);
        }
        return ids;
    }

    private static ApiException tooLong(ServedSnapshot snapshot, String length, String param) {
        return new ApiException(ApiError.invalid(
                param,
                "context_length_exceeded",
                "The prompt has " + length + ", which leaves no room for an answer in the model's context of "
                        + snapshot.contextTokens() + " tokens."));
    }
}
