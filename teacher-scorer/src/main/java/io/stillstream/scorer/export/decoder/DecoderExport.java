package io.stillstream.scorer.export.decoder;

import ai.onnx.proto.OnnxMl.GraphProto;
import io.stillstream.huggingface.config.Architecture;
import io.stillstream.huggingface.config.Bloom;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.GatedDecoder;
import io.stillstream.huggingface.config.Gemma;
import io.stillstream.huggingface.config.Gpt2;
import io.stillstream.huggingface.config.GptNeoX;
import io.stillstream.huggingface.config.Opt;
import io.stillstream.huggingface.config.Phi3;
import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.export.weights.ModelWeights;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.util.List;

/** A decoder of any family as an ONNX graph, from token ids to logits. */
public final class DecoderExport {

    private final DecoderConfig config;
    private final Parts parts;
    private final OnnxGraph graph;

    /** @param withPast whether the graph takes and returns the key-value cache */
    public DecoderExport(
            DecoderConfig config, ModelWeights checkpoint, OnnxGraph graph, WeightTensors tensors, boolean withPast) {
        this.config = config;
        this.graph = graph;
        this.parts = Parts.of(graph, checkpoint, tensors, withPast);
    }

    /** @throws ScorerException when the graph cannot compute such a decoder, or a weight cannot be stored */
    public GraphProto draw() throws IOException {
        graph.scope("attention");
        Blocks blocks = blocks(config.architecture());
        graph.scope("embedding");
        String x = blocks.embed(parts.inputs().ids());
        for (int layer = 0; layer < config.layers(); layer++) {
            graph.scope("layers." + layer);
            x = blocks.block(layer, x);
        }
        graph.scope("head");
        parts.inputs().outputs(logits(blocks.last(x)), config.vocabularySize());
        return graph.build();
    }

    private Blocks blocks(Architecture architecture) {
        if (architecture instanceof GatedDecoder gated) {
            return new GatedBlocks(gated, parts);
        }
        if (architecture instanceof Gemma gemma) {
            return new GemmaBlocks(gemma, parts);
        }
        if (architecture instanceof Phi3 phi3) {
            return new Phi3Blocks(phi3, parts);
        }
        if (architecture instanceof Gpt2 gpt2) {
            return new Gpt2Blocks(gpt2, parts);
        }
        if (architecture instanceof GptNeoX neox) {
            return new GptNeoXBlocks(neox, parts);
        }
        if (architecture instanceof Opt opt) {
            return new OptBlocks(opt, parts);
        }
        if (architecture instanceof Bloom bloom) {
            return new BloomBlocks(bloom, parts);
        }
        throw new ScorerException("export-onnx draws no model whose model_type is '" + config.modelType() + "'");
    }

    /** Scores of every token of the vocabulary, {@code [B, S, V]}. */
    private String logits(String x) throws IOException {
        Architecture architecture = config.architecture();
        // A tied head is stored once; ONNX Runtime transposes it when it loads the model.
        String head = config.tiedEmbeddings()
                ? graph.transpose(parts.linears().table(architecture.embedding()), 1, 0)
                : parts.linears().columns(architecture.untiedHead());
        double cap = architecture.logitSoftCap();
        if (cap == 0) {
            return graph.nodeNamed("logits", "MatMul", List.of(x, head));
        }
        String product = graph.node("MatMul", List.of(x, head));
        String bounded = graph.node("Tanh", List.of(graph.node("Div", List.of(product, graph.scalar((float) cap)))));
        return graph.nodeNamed("logits", "Mul", List.of(bounded, graph.scalar((float) cap)));
    }
}
