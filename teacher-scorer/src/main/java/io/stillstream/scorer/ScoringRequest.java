package io.stillstream.scorer;

import io.stillstream.contract.prompt.FinishReason;
import io.stillstream.contract.prompt.Prompt;
import io.stillstream.contract.prompt.Response;
import org.jspecify.annotations.Nullable;

/**
 * A text for the teacher to score.
 *
 * @param id seeds sampling, so that a replay of one prompt generates the same response
 * @param prompt the text that the response continues
 * @param response what production answered; null where the teacher is to generate one
 * @param ending why that response ends: the end of one that is whole is scored too. Of no meaning where there is none
 * @param templated whether a chat template rendered the prompt: it then holds its own start tokens
 */
public record ScoringRequest(
        String id, String prompt, @Nullable String response, FinishReason ending, boolean templated) {

    /** A request whose prompt no chat template rendered, and whose response, if there is one, is whole. */
    public ScoringRequest(String id, String prompt, @Nullable String response) {
        this(id, prompt, response, FinishReason.STOP, false);
    }

    /** A prompt that was rendered so, with its own response, if it has one, as plain text. */
    public static ScoringRequest of(Prompt prompt, String text, boolean templated) {
        Response response = prompt.response();
        return response == null
                ? new ScoringRequest(prompt.id(), text, null, FinishReason.STOP, templated)
                : new ScoringRequest(prompt.id(), text, PromptText.of(response), response.finishReason(), templated);
    }
}
