package io.stillstream.scorer.onnx.run;

import java.util.Arrays;

/**
 * Tokens to be scored. Owns its arrays.
 */
public final class TokenSequence {

    private final int[] prompt;
    private final int[] response;

    /**
     * @param prompt at least one
     * @param response at least one
     */
    public TokenSequence(int[] prompt, int[] response) {
        this.prompt = prompt;
        this.response = response;
    }

    public int[] prompt() {
        return prompt;
    }

    public int[] response() {
        return response;
    }

    /** How many tokens the model runs over. */
    public int length() {
        return prompt.length + response.length - 1;
    }

    /** The tokens that the model runs over: the last of the response predicts nothing that is scored. */
    public int[] positions() {
        return first(length());
    }

    /** Prompt and response. */
    int[] tokens() {
        return first(prompt.length + response.length);
    }

    private int[] first(int count) {
        int[] tokens = Arrays.copyOf(prompt, count);
        System.arraycopy(response, 0, tokens, prompt.length, count - prompt.length);
        return tokens;
    }
}
