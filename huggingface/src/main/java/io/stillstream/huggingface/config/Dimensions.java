package io.stillstream.huggingface.config;

import io.stillstream.huggingface.HuggingFaceException;

/**
 * What every decoder has.
 *
 * @param vocabulary rows of the embedding; a tokenizer may have fewer tokens
 * @param hidden width of the residual stream
 * @param layers number of decoder blocks
 * @param contextWindow the longest sequence, in tokens
 * @param tied whether the LM head is the embedding
 */
public record Dimensions(int vocabulary, int hidden, int layers, int contextWindow, boolean tied) {

    /** Several times what the deepest published decoders have. A file of a few bytes must not ask for more memory than that. */
    private static final int MOST_LAYERS = 512;

    public Dimensions {
        requirePositive("vocab_size", vocabulary);
        requirePositive("hidden_size", hidden);
        requireLayers("num_hidden_layers", layers);
        requirePositive("max_position_embeddings", contextWindow);
    }

    /** The same with an LM head of its own. */
    Dimensions untied() {
        return new Dimensions(vocabulary, hidden, layers, contextWindow, false);
    }

    static void requireLayers(String field, int layers) {
        requirePositive(field, layers);
        if (layers > MOST_LAYERS) {
            throw new HuggingFaceException(field + " is " + layers + "; expected at most " + MOST_LAYERS);
        }
    }

    static void requirePositive(String field, int value) {
        if (value < 1) {
            throw new HuggingFaceException(field + " is " + value + "; expected at least 1");
        }
    }
}
