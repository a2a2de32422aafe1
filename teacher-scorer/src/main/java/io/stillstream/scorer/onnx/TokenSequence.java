package io.stillstream.scorer.onnx;

/**
 * Tokens to be scored. Owns its arrays.
 */
final class TokenSequence {

    private final int[] prompt;
    private final int[] response;

    /**
     * @param prompt at least one
     * @param response at least one
     */
    TokenSequence(int[] prompt, int[] response) {
        this.prompt = prompt;
        this.response = response;
    }

    int[] prompt() {
        return prompt;
    }

    int[] response() {
        return response;
    }

    /** Positions that the model runs over: the last token predicts nothing that is scored. */
    int length() {
        return prompt.length + response.length - 1;
    }

    int id(int position) {
        return position < prompt.length ? prompt[position] : response[position - prompt.length];
    }
}
