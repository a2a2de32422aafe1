package io.stillstream.huggingface.tokenizer;

/** The tokens of a prompt and its response. The arrays it returns are its own and must not be changed. */
public final class TokenizedResponse {

    private final int[] promptIds;
    private final int[] responseIds;
    private final int[] responseEnds;

    /** Does not copy the arrays: the caller must not change them afterwards. */
    public TokenizedResponse(int[] promptIds, int[] responseIds, int[] responseEnds) {
        this.promptIds = promptIds;
        this.responseIds = responseIds;
        this.responseEnds = responseEnds;
    }

    /** The prompt's tokens, special tokens at the start included. */
    public int[] promptIds() {
        return promptIds;
    }

    /** The response's tokens. A token that spans the end of the prompt and the start of the response is the first of them. */
    public int[] responseIds() {
        return responseIds;
    }

    /** UTF-8 byte offsets in the response at which its tokens end; the last is the response's length. */
    public int[] responseEnds() {
        return responseEnds;
    }

    /** The number of tokens of prompt and response together. */
    public int length() {
        return promptIds.length + responseIds.length;
    }
}
