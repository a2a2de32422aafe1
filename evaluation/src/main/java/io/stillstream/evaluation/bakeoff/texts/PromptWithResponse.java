package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.contract.Author;
import io.stillstream.contract.FinishReason;
import io.stillstream.contract.Prompt;

/**
 * A prompt with a response.
 *
 * @param response the prompt's own, or the one that the teacher generated where it had none
 */
record PromptWithResponse(Prompt prompt, String response, Author author, FinishReason ending) {}
