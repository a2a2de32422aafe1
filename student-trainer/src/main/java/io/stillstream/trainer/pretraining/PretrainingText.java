package io.stillstream.trainer.pretraining;

/**
 * A text to train on.
 *
 * @param whole whether the text ends there, so that the student learns to stop
 */
public record PretrainingText(String text, boolean whole) {}
