package io.stillstream.evaluation.bakeoff.texts;

import io.stillstream.contract.Author;
import io.stillstream.contract.Ending;
import io.stillstream.contract.Prompt;

/**
 * A prompt with a response.
 *
 * @param response the prompt's own, or what the teacher wrote where it had none
 */
record WrittenText(Prompt prompt, String response, Author author, Ending ending) {}
