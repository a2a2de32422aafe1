package io.stillstream.student.batch;

import io.stillstream.student.StudentException;

/**
 * A prompt and what is to be predicted after it, in the student's tokens. Where an encoder reads the prompt, its last token is the
 * one that begins the response. Owns its array.
 */
public final class TokenSequence {

    private final int[] ids;
    private final int promptLength;
    private final int labels;

    /**
     * @param ids prompt, response and, if it was generated, the token that ends it
     * @param promptLength how many ids are the prompt; at least 1, because the last one predicts the first label
     * @param labels how many of the ids after the prompt are to be predicted
     */
    public TokenSequence(int[] ids, int promptLength, int labels) {
        if (promptLength < 1 || labels < 1 || promptLength + labels > ids.length) {
            throw new StudentException("a sequence of " + ids.length + " tokens cannot have a prompt of " + promptLength
                    + " and " + labels + " labels; expected at least one of each, and together at most all");
        }
        this.ids = ids.clone();
        this.promptLength = promptLength;
        this.labels = labels;
    }

    public int length() {
        return ids.length;
    }

    public int id(int index) {
        return ids[index];
    }

    public int promptLength() {
        return promptLength;
    }

    /** How many tokens are predicted. */
    public int labels() {
        return labels;
    }

    /** The positions that the model must read: none after the last one that predicts a label. */
    int inputLength() {
        return promptLength + labels - 1;
    }
}
