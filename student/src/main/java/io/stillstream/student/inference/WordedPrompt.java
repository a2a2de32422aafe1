package io.stillstream.student.inference;

/**
 * A prompt as a student reads it.
 *
 * @param rendered whether a chat template wrote it, so that it holds the token that begins a text
 */
public record WordedPrompt(String text, boolean rendered) {}
