package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.GatedDecoder;
import java.io.IOException;
import java.util.List;

/**
 * Llama, Mistral, Qwen2, Qwen3 and SmolLM3: pre-norm blocks of rotary attention with grouped heads, and a gated feed-forward
 * network. What the models differ in: biases and norms of queries and keys are there where the weights are; some layers see a
 * window only; some do not rotate.
 */
final class GatedBlocks implements Blocks {

    private final GatedDecoder decoder;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final GatedFeedForward feedForward;
    private final Rotary rotary;
    private final String scale;
    private final String everything;
    private final String nearby;

    GatedBlocks(GatedDecoder decoder, Parts parts) {
        this.decoder = decoder;
        this.parts = parts;
        this.norms = parts.norms(decoder.epsilon());
        this.attention = parts.attention(decoder.heads(), 0);
        this.feedForward = new GatedFeedForward(parts, norms, decoder.activation());
        this.scale =
                attention.scale("attention.scale", 1 / Math.sqrt(decoder.heads().dimension()));
        this.rotary = parts.rotary(decoder.rope(), parts.inputs().positions(), decoder.heads(), "rotary");
        this.everything = parts.scoreBias().causal(0);
        this.nearby = decoder.windowed().contains(true) ? parts.scoreBias().causal(decoder.window()) : everything;
    }

    @Override
    public String embed(String ids) throws IOException {
        return parts.linears().rows(decoder.embedding(), ids);
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = "model.layers." + layer + ".";
        String attended = attention(layer, name + "self_attn.", norms.rms(x, name + "input_layernorm"));
        String read = parts.sum(x, attended);
        String normed = norms.rms(read, name + "post_attention_layernorm");
        return parts.sum(read, feedForward.draw(normed, name + "mlp."));
    }

    private String attention(int layer, String name, String x) throws IOException {
        String projected = parts.linears()
                .joined(x, name + "qkv_proj", List.of(name + "q_proj", name + "k_proj", name + "v_proj"));
        String mixed = attention.attend(
                layer,
                projected,
                queriesAndKeys -> turned(layer, name, queriesAndKeys),
                scale,
                decoder.windowed().get(layer) ? nearby : everything);
        return parts.linears().linear(mixed, name + "o_proj");
    }

    private String turned(int layer, String name, String queriesAndKeys) {
        String normed = decoder.parts().headNorms()
                ? attention.apart(
                        queriesAndKeys, q -> norms.rms(q, name + "q_norm"), k -> norms.rms(k, name + "k_norm"))
                : queriesAndKeys;
        return decoder.rotating().get(layer) ? rotary.rotate(normed) : normed;
    }

    @Override
    public String last(String x) {
        return norms.rms(x, "model.norm");
    }
}
