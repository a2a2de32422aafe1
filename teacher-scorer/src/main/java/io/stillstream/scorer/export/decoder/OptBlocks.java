package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Opt;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * OPT: learned positions that begin at the third row. The 350M model norms after each residual sum and not before, and has
 * embeddings of another width than its blocks.
 */
final class OptBlocks implements Blocks {

    private static final String DECODER = "model.decoder.";

    private final Opt opt;
    private final Parts parts;
    private final Norms norms;
    private final Attention attention;
    private final String positions;
    private final String scale;
    private final String visible;

    OptBlocks(Opt opt, Parts parts) {
        this.opt = opt;
        this.parts = parts;
        this.norms = parts.norms(opt.epsilon());
        this.attention = parts.attention(opt.heads(), 0);
        this.scale =
                attention.scale("attention.scale", 1 / Math.sqrt(opt.heads().dimension()));
        // The first rows stand for padding.
        this.positions = parts.sum(parts.inputs().positions(), parts.graph().scalar((long) Opt.PADDING_ROWS));
        this.visible = parts.scoreBias().causal(0);
    }

    @Override
    public String embed(String ids) throws IOException {
        String rows = parts.linears().rows(opt.embedding(), ids);
        String x = opt.projects() ? parts.linears().linear(rows, DECODER + "project_in") : rows;
        return parts.sum(x, parts.linears().rows(DECODER + "embed_positions.weight", positions));
    }

    @Override
    public String block(int layer, String x) throws IOException {
        String name = DECODER + "layers." + layer + ".";
        String attended = parts.sum(x, attention(layer, name + "self_attn.", before(x, name + "self_attn_layer_norm")));
        String read = after(attended, name + "self_attn_layer_norm");
        String inner = parts.linears().linear(before(read, name + "final_layer_norm"), name + "fc1");
        String activated = norms.activation(opt.activation(), inner);
        String computed = parts.sum(read, parts.linears().linear(activated, name + "fc2"));
        return after(computed, name + "final_layer_norm");
    }

    private String before(String x, String name) {
        return opt.normFirst() ? norms.layerNorm(x, name) : x;
    }

    private String after(String x, String name) {
        return opt.normFirst() ? x : norms.layerNorm(x, name);
    }

    private String attention(int layer, String name, String x) throws IOException {
        String projected = parts.linears()
                .joined(x, name + "qkv_proj", List.of(name + "q_proj", name + "k_proj", name + "v_proj"));
        String mixed = attention.attend(layer, projected, UnaryOperator.identity(), scale, visible);
        return parts.linears().linear(mixed, name + "out_proj");
    }

    @Override
    public String last(String x) throws IOException {
        String normed = opt.finalNorm() ? norms.layerNorm(x, DECODER + "final_layer_norm") : x;
        return opt.projects() ? parts.linears().linear(normed, DECODER + "project_out") : normed;
    }
}
