package io.stillstream.trainer.examples.wording;

import java.util.OptionalInt;

/**
 * A prompt and the response to it as a student reads them.
 *
 * @param rendered whether a chat template wrote them, so that the prompt holds the token that begins a text
 * @param end the student's token that ends the response
 */
public record Wording(String prompt, String response, boolean rendered, OptionalInt end) {}
