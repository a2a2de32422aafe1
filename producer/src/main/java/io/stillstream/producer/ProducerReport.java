package io.stillstream.producer;

/**
 * What became of the traffic.
 *
 * @param sent prompts that the broker has, held-out ones included
 * @param heldOut those of them that are kept from training
 * @param deadLetters lines that the broker has as dead letters
 * @param stopped whether somebody stopped the producer before the traffic ended
 */
public record ProducerReport(long sent, long heldOut, long deadLetters, boolean stopped) {}
