package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Bloom;
import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * Bloom and Bloomz: no positions but linear biases of attention by distance, a norm of the embeddings, queries, keys and values
 * of a head side by side in one linear map.
 */
final class BloomBlocks implements Blocks {

    private final Bloom bloom;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final String scale;
    private final String bias;

    BloomBlocks(Bloom bloom, Parts parts) {
        this.bloom = bloom;
        this.parts = parts;
        this.norms = parts.norms(bloom.epsilon());
        this.attention = parts.attention(bloom.heads(), 0);
        this.scale =
                attention.scale("attention.scale", 1 / Math.sqrt(bloom.heads().dimension()));
        this.bias = parts.scoreBias().linear(bloom.heads().query(), parts.tensors());
    }

    @Override
    public String embed(String ids) throws IOException {
        return norms.layerNorm(parts.linears().rows(bloom.embedding(), ids), "transformer.word_embeddings_layernorm");
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = "transformer.h." + layer + ".";
        String normed = norms.layerNorm(x, name + "input_layernorm");
        String read = parts.sum(residual(normed, x), attention(layer, name + "self_attention.", normed));
        normed = norms.layerNorm(read, name + "post_attention_layernorm");
        String inner = parts.linears().linear(normed, name + "mlp.dense_h_to_4h");
        String activated = norms.activation("gelu_tanh", inner);
        return parts.sum(residual(normed, read), parts.linears().linear(activated, name + "mlp.dense_4h_to_h"));
    }

    private String residual(String normed, String read) {
        return bloom.residualOfNorm() ? normed : read;
    }

    private String attention(int layer, String name, String x) throws IOException {
        String projected = parts.linears()
                .interleaved(x, name + "query_key_value", bloom.heads().query());
        String mixed = attention.attend(layer, projected, UnaryOperator.identity(), scale, bias);
        return parts.linears().linear(mixed, name + "dense");
    }

    @Override
    public String last(String x) {
        return norms.layerNorm(x, "transformer.ln_f");
    }
}
