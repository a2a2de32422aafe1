package io.stillstream.trainer.heldout;

/**
 * How a student predicts one held-out response.
 *
 * @param bytes of the response
 * @param nats its negative log-likelihood, given the prompt
 */
public record RecordLoss(String conversation, long bytes, double nats) {}
