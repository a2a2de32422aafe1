package io.stillstream.trainer.pretraining;

/**
 * A text to learn.
 *
 * @param whole whether it ends where it should: then the student learns to stop there
 */
public record PretrainingText(String text, boolean whole) {}
