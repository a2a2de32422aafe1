package io.stillstream.evaluation.bakeoff.writing;

import io.stillstream.contract.prompt.Author;
import io.stillstream.contract.prompt.FinishReason;

/**
 * A response that a student wrote.
 *
 * @param promptId of the prompt that it answers
 * @param response not empty
 * @param finishReason {@code STOP} where the student wrote an end of the text
 */
public record WrittenText(String promptId, String response, FinishReason finishReason, Author author) {}
