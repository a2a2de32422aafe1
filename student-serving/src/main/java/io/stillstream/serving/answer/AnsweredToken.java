package io.stillstream.serving.answer;

import io.stillstream.serving.engine.TokenChoice;

/**
 * A token of an answer.
 *
 * @param textOffset the character of the answer that it begins at
 */
public record AnsweredToken(TokenChoice choice, int textOffset) {}
