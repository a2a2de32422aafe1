package io.stillstream.producer;

/**
 * How many prompts and dead letters a run sent.
 *
 * @param sent prompts that the broker acknowledged, held-out ones included
 * @param heldOut those of them that are kept from training
 * @param deadLetters rejected lines that the broker acknowledged as dead letters
 * @param stopped whether the producer was stopped before the traffic ended
 */
public record ProducerReport(long sent, long heldOut, long deadLetters, boolean stopped) {}
