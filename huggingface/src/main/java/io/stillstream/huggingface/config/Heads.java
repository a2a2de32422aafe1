package io.stillstream.huggingface.config;

import io.stillstream.huggingface.HuggingFaceException;

/**
 * The heads of attention.
 *
 * @param query how many query heads
 * @param keyValue how many key and value heads; each serves {@code query / keyValue} query heads
 * @param dimension how wide each is
 */
public record Heads(int query, int keyValue, int dimension) {

    public Heads {
        Dimensions.requirePositive("num_attention_heads", query);
        Dimensions.requirePositive("num_key_value_heads", keyValue);
        Dimensions.requirePositive("head_dim", dimension);
        if (query % keyValue != 0) {
            throw new HuggingFaceException(
                    "num_attention_heads " + query + " is no multiple of num_key_value_heads " + keyValue);
        }
    }

    /** As many key and value heads as query heads, which together are as wide as the hidden state. */
    static Heads of(int hidden, int heads) {
        Dimensions.requirePositive("num_attention_heads", heads);
        if (hidden % heads != 0) {
            throw new HuggingFaceException("hidden_size " + hidden + " is no multiple of num_attention_heads " + heads);
        }
        return new Heads(heads, heads, hidden / heads);
    }

    /** Numbers of all query heads together. */
    long queryWidth() {
        return (long) query * dimension;
    }

    /** Numbers of all key heads together. */
    long keyValueWidth() {
        return (long) keyValue * dimension;
    }
}
