package io.stillstream.serving.engine;

import io.stillstream.student.StudentException;
import io.stillstream.student.inference.Sampling;

/**
 * What is to be written after a prompt.
 *
 * @param promptIds at least one; not changed afterwards
 * @param maxTokens the most tokens to write; fewer where the context ends
 * @param stopIds tokens that end the text and are not part of it; not changed afterwards
 * @param sampling the same weights, prompt and sampling give the same text, beside other requests too
 * @param topLogprobs how many of the most likely tokens are told with each token, from 0 to {@link #MAX_TOP};
 *     {@link #NO_LOGPROBS} where no log-probabilities are asked for
 */
@SuppressWarnings("ArrayRecordComponent") // passed on once
public record DecodeRequest(int[] promptIds, int maxTokens, int[] stopIds, Sampling sampling, int topLogprobs) {

    /** As {@code topLogprobs}. */
    public static final int NO_LOGPROBS = -1;

    /** As many as OpenAI's API gives. */
    public static final int MAX_TOP = 20;

    public DecodeRequest {
        if (promptIds.length == 0) {
            throw new StudentException("a prompt of 0 tokens; expected at least 1");
        }
        if (maxTokens < 1) {
            throw new StudentException("a limit of " + maxTokens + " tokens; expected at least 1");
        }
        if (topLogprobs < NO_LOGPROBS || topLogprobs > MAX_TOP) {
            throw new StudentException("the " + topLogprobs + " most likely tokens are asked for; expected from 0 to "
                    + MAX_TOP + ", or " + NO_LOGPROBS + " for none and no log-probabilities");
        }
    }
}
