package io.stillstream.scorer.onnx.run;

import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Tokens to be scored. Owns its arrays.
 */
public final class TokenSequence {

    private final int[] prompt;
    private final int[] response;
    private final OptionalInt end;

    /**
     * @param prompt at least one
     * @param response at least one
     * @param end the token that ends the text, where it is scored as well
     */
    public TokenSequence(int[] prompt, int[] response, OptionalInt end) {
        this.prompt = prompt;
        this.response = response;
        this.end = end;
    }

    public int[] prompt() {
        return prompt;
    }

    /** Whether the token that ends the text is scored as well. */
    public boolean endsText() {
        return end.isPresent();
    }

    /** The tokens that are scored: those of the response, and the one that ends the text. */
    public int[] scored() {
        int[] scored = Arrays.copyOf(response, response.length + (endsText() ? 1 : 0));
        end.ifPresent(id -> scored[response.length] = id);
        return scored;
    }

    /** How many tokens the model runs over. */
    public int length() {
        return prompt.length + response.length - (endsText() ? 0 : 1);
    }

    /** The tokens that the model runs over: the last that is scored predicts nothing that is. */
    public int[] positions() {
        return first(length());
    }

    /** Prompt and response. */
    int[] text() {
        return first(prompt.length + response.length);
    }

    private int[] first(int count) {
        int[] tokens = Arrays.copyOf(prompt, count);
        System.arraycopy(response, 0, tokens, prompt.length, count - prompt.length);
        return tokens;
    }
}
