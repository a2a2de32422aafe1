package io.stillstream.huggingface.tokenizer;

/** A prompt and its response as one tokenizer cuts them. Owns its arrays; do not write to what it returns. */
public final class TokenizedResponse {

    private final int[] promptIds;
    private final int[] responseIds;
    private final int[] responseEnds;

    /** Takes the arrays as its own. */
    public TokenizedResponse(int[] promptIds, int[] responseIds, int[] responseEnds) {
        this.promptIds = promptIds;
        this.responseIds = responseIds;
        this.responseEnds = responseEnds;
    }

    /** Special tokens of the start included. */
    public int[] promptIds() {
        return promptIds;
    }

    /** Where one token holds the end of the prompt and the start of the response, it is the first of these. */
    public int[] responseIds() {
        return responseIds;
    }

    /** UTF-8 byte offsets in the response at which its tokens end; the last is the response's length. */
    public int[] responseEnds() {
        return responseEnds;
    }

    /** Tokens of prompt and response. */
    public int length() {
        return promptIds.length + responseIds.length;
    }
}
