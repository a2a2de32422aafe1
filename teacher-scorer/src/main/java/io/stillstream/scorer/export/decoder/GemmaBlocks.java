package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Gemma;
import java.io.IOException;
import java.util.List;

/**
 * Gemma 2 and Gemma 3's text models: norms before and after attention and feed-forward network, whose gains are 1 + w;
 * embeddings times √E; layers with a window alternate with those that see everything. Gemma 2 caps scores and logits; Gemma 3
 * norms queries and keys, and rotates with another base within windows.
 */
final class GemmaBlocks implements Blocks {

    private final Gemma gemma;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final GatedFeedForward feedForward;
    private final Rotary rotary;
    private final Rotary windowRotary;
    private final String scale;
    private final String everything;
    private final String nearby;

    GemmaBlocks(Gemma gemma, Parts parts) {
        this.gemma = gemma;
        this.parts = parts;
        this.norms = parts.norms(gemma.epsilon());
        this.attention = parts.attention(gemma.heads(), gemma.scoreCap());
        this.feedForward = new GatedFeedForward(parts, norms, gemma.activation());
        this.scale = attention.scale("attention.scale", 1 / Math.sqrt(gemma.scoreScalar()));
        String positions = parts.inputs().positions();
        this.rotary = parts.rotary(gemma.rope(), positions, gemma.heads(), "rotary");
        this.windowRotary = gemma.windowRope().equals(gemma.rope())
                ? rotary
                : parts.rotary(gemma.windowRope(), positions, gemma.heads(), "window_rotary");
        this.everything = parts.scoreBias().causal(0);
        this.nearby = parts.scoreBias().causal(gemma.window());
    }

    @Override
    public String embed(String ids) throws IOException {
        float factor = (float) Math.sqrt(gemma.dimensions().hidden());
        String rows = parts.linears().rows(gemma.embedding(), ids);
        return parts.graph().node("Mul", List.of(rows, parts.graph().scalar(factor)));
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = "model.layers." + layer + ".";
        String attended = attention(layer, name + "self_attn.", norms.rmsOfOffset(x, name + "input_layernorm"));
        String read = parts.sum(x, norms.rmsOfOffset(attended, name + "post_attention_layernorm"));
        String normed = norms.rmsOfOffset(read, name + "pre_feedforward_layernorm");
        String computed = feedForward.draw(normed, name + "mlp.");
        return parts.sum(read, norms.rmsOfOffset(computed, name + "post_feedforward_layernorm"));
    }

    private String attention(int layer, String name, String x) throws IOException {
        boolean windowed = gemma.windowed().get(layer);
        String projected = parts.linears()
                .joined(x, name + "qkv_proj", List.of(name + "q_proj", name + "k_proj", name + "v_proj"));
        String mixed = attention.attend(
                layer,
                projected,
                queriesAndKeys -> (windowed ? windowRotary : rotary).rotate(headsNormed(name, queriesAndKeys)),
                scale,
                windowed ? nearby : everything);
        return parts.linears().linear(mixed, name + "o_proj");
    }

    private String headsNormed(String name, String queriesAndKeys) {
        return gemma.headNorms()
                ? attention.apart(
                        queriesAndKeys,
                        q -> norms.rmsOfOffset(q, name + "q_norm"),
                        k -> norms.rmsOfOffset(k, name + "k_norm"))
                : queriesAndKeys;
    }

    @Override
    public String last(String x) {
        return norms.rmsOfOffset(x, "model.norm");
    }
}
