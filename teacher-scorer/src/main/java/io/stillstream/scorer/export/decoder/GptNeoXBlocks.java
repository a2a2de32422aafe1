package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.GptNeoX;
import java.io.IOException;

/**
 * GPT-NeoX and Pythia: queries, keys and values of a head side by side in one linear map, a part of each head rotated, attention
 * and feed-forward network beside each other or one after the other.
 */
final class GptNeoXBlocks implements Blocks {

    private final GptNeoX neox;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final Rotary rotary;
    private final String scale;
    private final String visible;

    GptNeoXBlocks(GptNeoX neox, Parts parts) {
        this.neox = neox;
        this.parts = parts;
        this.norms = parts.norms(neox.epsilon());
        this.attention = parts.attention(neox.heads(), 0);
        this.scale =
                attention.scale("attention.scale", 1 / Math.sqrt(neox.heads().dimension()));
        this.rotary = parts.rotary(neox.rope(), parts.inputs().positions(), neox.heads(), "rotary");
        this.visible = parts.scoreBias().causal(0);
    }

    @Override
    public String embed(String ids) throws IOException {
        return parts.linears().rows(neox.embedding(), ids);
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = "gpt_neox.layers." + layer + ".";
        String projected = parts.linears()
                .interleaved(
                        norms.layerNorm(x, name + "input_layernorm"),
                        name + "attention.query_key_value",
                        neox.heads().query());
        String mixed = attention.attend(layer, projected, rotary::rotate, scale, visible);
        String attended = parts.sum(x, parts.linears().linear(mixed, name + "attention.dense"));
        String normed = norms.layerNorm(neox.parallel() ? x : attended, name + "post_attention_layernorm");
        String inner = parts.linears().linear(normed, name + "mlp.dense_h_to_4h");
        String activated = norms.activation(neox.activation(), inner);
        return parts.sum(attended, parts.linears().linear(activated, name + "mlp.dense_4h_to_h"));
    }

    @Override
    public String last(String x) {
        return norms.layerNorm(x, "gpt_neox.final_layer_norm");
    }
}
