package io.stillstream.student.model;

import io.stillstream.student.StudentException;

/**
 * The shape of a new student; its vocabulary comes from its tokenizer.
 *
 * @param heads query heads; each is {@code hiddenSize / heads} wide
 * @param keyValueHeads key and value heads; a divisor of {@code heads}
 * @param contextWindow the longest sequence, in tokens
 * @param ropeTheta base of the rotary embedding
 * @param tiedEmbeddings whether the LM head is the embedding
 */
public record StudentShape(
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int keyValueHeads,
        int contextWindow,
        double ropeTheta,
        boolean tiedEmbeddings) {

    public StudentShape {
        if (heads < 1 || hiddenSize % heads != 0 || hiddenSize / heads % 2 != 0) {
            throw new StudentException("a student of hidden size " + hiddenSize + " with " + heads
                    + " heads has no even head dimension; expected a hidden size that is a multiple of 2 * heads");
        }
    }

    /** Tied embeddings and the usual rotary base. */
    public static StudentShape of(
            int hiddenSize, int intermediateSize, int layers, int heads, int keyValueHeads, int contextWindow) {
        return new StudentShape(
                hiddenSize, intermediateSize, layers, heads, keyValueHeads, contextWindow, 10_000.0, true);
    }
}
