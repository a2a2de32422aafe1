package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Phi3;
import java.io.IOException;
import java.util.List;

/**
 * Phi-3 and Phi-4-mini: Llama's blocks, with queries, keys and values in one linear map, gate and up in another, and a part of
 * each head rotated.
 */
final class Phi3Blocks implements Blocks {

    private final Phi3 phi3;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final GatedFeedForward feedForward;
    private final Rotary rotary;
    private final String scale;
    private final String visible;

    Phi3Blocks(Phi3 phi3, Parts parts) {
        this.phi3 = phi3;
        this.parts = parts;
        this.norms = parts.norms(phi3.epsilon());
        this.attention = parts.attention(phi3.heads(), 0);
        this.feedForward = new GatedFeedForward(parts, norms, phi3.activation());
        this.scale =
                attention.scale("attention.scale", 1 / Math.sqrt(phi3.heads().dimension()));
        this.rotary = parts.rotary(phi3.rope(), parts.inputs().positions(), phi3.heads(), "rotary");
        this.visible = parts.scoreBias().causal(phi3.window());
    }

    @Override
    public String embed(String ids) throws IOException {
        return parts.linears().rows(phi3.embedding(), ids);
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = "model.layers." + layer + ".";
        String projected = parts.linears().linear(norms.rms(x, name + "input_layernorm"), name + "self_attn.qkv_proj");
        String mixed = attention.attend(layer, projected, rotary::rotate, scale, visible);
        String read = parts.sum(x, parts.linears().linear(mixed, name + "self_attn.o_proj"));
        String normed = norms.rms(read, name + "post_attention_layernorm");
        return parts.sum(read, feedForward(normed, name + "mlp."));
    }

    private String feedForward(String x, String name) throws IOException {
        List<String> gateAndUp = parts.graph()
                .split(parts.linears().linear(x, name + "gate_up_proj"), -1, phi3.intermediate(), phi3.intermediate());
        return feedForward.down(gateAndUp.get(0), gateAndUp.get(1), name);
    }

    @Override
    public String last(String x) {
        return norms.rms(x, "model.norm");
    }
}
