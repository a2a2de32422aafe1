package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Gpt2;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** GPT-2: learned positions, pre-norm blocks, linear maps stored as {@code [in, out]}. */
final class Gpt2Blocks implements Blocks {

    private final Gpt2 gpt2;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final String positions;
    private final String visible;

    Gpt2Blocks(Gpt2 gpt2, Parts parts) {
        this.gpt2 = gpt2;
        this.parts = parts;
        this.norms = parts.norms(gpt2.epsilon());
        this.attention = parts.attention(gpt2.heads(), 0);
        this.positions = parts.inputs().positions();
        this.visible = parts.scoreBias().causal(0);
    }

    @Override
    public String embed(String ids) throws IOException {
        return parts.sum(
                parts.linears().rows(gpt2.embedding(), ids), parts.linears().rows("transformer.wpe.weight", positions));
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = "transformer.h." + layer + ".";
        String projected = parts.linears().transposed(norms.layerNorm(x, name + "ln_1"), name + "attn.c_attn");
        String scale = attention.scale(name + "attn.scale", gpt2.scale(layer));
        String mixed = attention.attend(layer, projected, UnaryOperator.identity(), scale, visible);
        String read = parts.sum(x, parts.linears().transposed(mixed, name + "attn.c_proj"));
        String inner = parts.linears().transposed(norms.layerNorm(read, name + "ln_2"), name + "mlp.c_fc");
        String activated = norms.activation(gpt2.activation(), inner);
        return parts.sum(read, parts.linears().transposed(activated, name + "mlp.c_proj"));
    }

    @Override
    public String last(String x) {
        return norms.layerNorm(x, "transformer.ln_f");
    }
}
