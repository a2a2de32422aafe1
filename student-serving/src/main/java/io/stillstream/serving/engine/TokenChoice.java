package io.stillstream.serving.engine;

/**
 * A token that was written. Log-probabilities are the model's own, in nats: of its logits as they are, whatever the temperature.
 *
 * @param logprob of the token; NaN where none are asked for
 * @param topIds the most likely tokens, the most likely first; none where none are asked for
 * @param topLogprobs of these
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once
public record TokenChoice(int id, float logprob, int[] topIds, float[] topLogprobs) {}
