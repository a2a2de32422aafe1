package io.stillstream.scorer.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.huggingface.config.DecoderConfig;
import io.stillstream.huggingface.config.GatedDecoder;
import io.stillstream.scorer.export.weights.ModelWeights;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A decoder of the Llama kind as an ONNX graph: with biases, norms of queries and keys, layers with a window and layers that do
 * not rotate, where it has them. Shapes in comments: B sequences, S new tokens, T tokens with the past, H query
 * heads, K key-value heads, D numbers a head, E hidden numbers, V vocabulary.
 *
 * <p>Operators are few and large, and arranged so that ONNX Runtime fuses them: root mean square and gain become one
 * node, so do gate and sigmoid; the transposition of keys melts into the score product. Query heads that share a key
 * head are stacked as more rows of one product; keys are never repeated.
 */
final class LlamaGraph {

    /** Hides a score. Finite, so that a row of padding, where all is hidden, gives numbers and not NaN. */
    private static final float HIDDEN_SCORE = -1e9f;

    private static final String BATCH = "batch_size";
    private static final String NEW_TOKENS = "sequence_length";
    private static final String PAST_TOKENS = "past_sequence_length";
    private static final String PAST_AND_NEW_TOKENS = "past_sequence_length + sequence_length";

    private final DecoderConfig config;
    private final GatedDecoder decoder;
    private final ModelWeights checkpoint;
    private final OnnxGraph graph;
    private final WeightTensors weights;
    private final boolean withPast;
    private final List<String> presents = new ArrayList<>();

    LlamaGraph(
            DecoderConfig config,
            GatedDecoder decoder,
            ModelWeights checkpoint,
            OnnxGraph graph,
            WeightTensors weights,
            boolean withPast) {
        this.config = config;
        this.decoder = decoder;
        this.checkpoint = checkpoint;
        this.graph = graph;
        this.weights = weights;
        this.withPast = withPast;
    }

    GraphProto build() throws IOException {
        int hiddenSize = config.hiddenSize();
        String allTokens = withPast ? PAST_AND_NEW_TOKENS : NEW_TOKENS;
        String inputIds = graph.input("input_ids", DataType.INT64, BATCH, NEW_TOKENS);
        String attentionMask = graph.input("attention_mask", DataType.INT64, BATCH, allTokens);

        graph.scope("attention");
        String scoreScale = scoreScale();
        String positions = withPast
                ? graph.input("position_ids", DataType.INT64, BATCH, NEW_TOKENS)
                : positionsOfRealTokens(attentionMask);
        Rotation rotation = rotation(positions);
        String bias = scoreBias(inputIds, attentionMask, 0);
        String windowBias =
                decoder.windowed().contains(true) ? scoreBias(inputIds, attentionMask, decoder.window()) : bias;

        // Look the tokens up: [B, S, E].
        graph.scope("embedding");
        String embeddingName = "model.embed_tokens.weight";
        String embedding = weights.weight(
                embeddingName,
                checkpoint.floats(embeddingName, config.vocabularySize(), hiddenSize),
                config.vocabularySize(),
                hiddenSize);
        String hidden = graph.node("Gather", List.of(embedding, inputIds));

        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "model.layers." + layer;
            // Each block adds what it attends to, then what it computes from that.
            graph.scope("layers." + layer + "/attention");
            String attended = attention(
                    layer,
                    normalise(hidden, name + ".input_layernorm"),
                    rotation,
                    scoreScale,
                    decoder.windowed().get(layer) ? windowBias : bias);
            hidden = graph.node("Add", List.of(hidden, attended));
            graph.scope("layers." + layer + "/feed_forward");
            String computed = feedForward(name + ".mlp", normalise(hidden, name + ".post_attention_layernorm"));
            hidden = graph.node("Add", List.of(hidden, computed));
        }

        // Score every token of the vocabulary: [B, S, V].
        graph.scope("head");
        graph.nodeNamed("logits", "MatMul", List.of(normalise(hidden, "model.norm"), head(embedding)));
        graph.output("logits", DataType.FLOAT, BATCH, NEW_TOKENS, config.vocabularySize());
        int keyValueHeads = decoder.heads().keyValue();
        int dimension = decoder.heads().dimension();
        presents.forEach(
                present -> graph.output(present, DataType.FLOAT, BATCH, keyValueHeads, PAST_AND_NEW_TOKENS, dimension));
        return graph.build();
    }

    /** Padding on the left does not count: the first real token is at position 0. */
    private String positionsOfRealTokens(String attentionMask) {
        return graph.node("CumSum", List.of(attentionMask, graph.scalar(1L)), OnnxGraph.attribute("exclusive", 1));
    }

    /** cos and sin, [B, 1, S, D], of every position's angles; sin is negative where the rotated half is. */
    private record Rotation(String cosine, String signedSine) {}

    private Rotation rotation(String positions) {
        int dimension = decoder.heads().dimension();
        int half = dimension / 2;
        float[] frequencies = new float[dimension];
        float[] signs = new float[dimension];
        RotaryFrequencies pairs = new RotaryFrequencies(decoder.rope());
        for (int i = 0; i < dimension; i++) {
            frequencies[i] = (float) pairs.frequency(i % half);
            signs[i] = i < half ? -1 : 1;
        }
        String column = graph.node("Unsqueeze", List.of(graph.cast(positions, DataType.FLOAT), graph.integers(1, 3)));
        String angles = graph.node("Mul", List.of(column, weights.vector("rotary.frequencies", frequencies)));
        String sine =
                graph.node("Mul", List.of(graph.node("Sin", List.of(angles)), weights.vector("rotary.signs", signs)));
        return new Rotation(scaled(graph.node("Cos", List.of(angles))), scaled(sine));
    }

    /** Times the factor that a stretched embedding multiplies cosine and sine with. */
    private String scaled(String value) {
        double factor = decoder.rope().attentionFactor();
        return factor == 1 ? value : graph.node("Mul", List.of(value, graph.scalar((float) factor)));
    }

    /**
     * What is added to the scores, [B, 1, S, T]: 0 where a token may look, much less for padding, the future, and what lies
     * {@code window} or more before, where there is a window.
     */
    private String scoreBias(String inputIds, String attentionMask, int window) {
        String allTokens = graph.size(attentionMask, 1);
        String newTokens = graph.size(inputIds, 1);
        String keyIndex = graph.node("Range", List.of(graph.scalar(0L), allTokens, graph.scalar(1L)));
        String queryIndex = graph.node(
                "Range", List.of(graph.node("Sub", List.of(allTokens, newTokens)), allTokens, graph.scalar(1L)));
        String query = graph.node("Unsqueeze", List.of(queryIndex, graph.integers(1)));
        String past = graph.node("LessOrEqual", List.of(keyIndex, query));
        if (window > 0) {
            String distance = graph.node("Sub", List.of(query, keyIndex));
            String near = graph.node("Less", List.of(distance, graph.scalar((long) window)));
            past = graph.node("And", List.of(past, near));
        }
        String real = graph.node("Unsqueeze", List.of(graph.cast(attentionMask, DataType.BOOL), graph.integers(1, 2)));
        return graph.node(
                "Where", List.of(graph.node("And", List.of(past, real)), graph.scalar(0f), graph.scalar(HIDDEN_SCORE)));
    }

    /**
     * 1/√D for every number of a query. A vector, because ONNX Runtime folds a scalar into the product of queries and
     * keys, which then takes half as long again for one new token: its fast path is for products without a factor.
     */
    private String scoreScale() {
        float[] scale = new float[decoder.heads().dimension()];
        Arrays.fill(scale, (float) (1 / Math.sqrt(scale.length)));
        return weights.vector("attention.scale", scale);
    }

    /** x / sqrt(mean(x²) + ε) · weight. */
    private String normalise(String x, String name) {
        return normalise(x, name, config.hiddenSize());
    }

    private String normalise(String x, String name, int size) {
        String squares = graph.node("Pow", List.of(x, graph.scalar(2f)));
        String mean = graph.node("ReduceMean", List.of(squares, graph.integers(-1)));
        String root =
                graph.node("Sqrt", List.of(graph.node("Add", List.of(mean, graph.scalar((float) decoder.epsilon())))));
        String weight = weights.vector(name + ".weight", checkpoint.floats(name + ".weight", size));
        return graph.node("Mul", List.of(graph.node("Div", List.of(x, root)), weight));
    }

    private String attention(int layer, String x, Rotation rotation, String scoreScale, String bias)
            throws IOException {
        int heads = decoder.heads().query();
        int keyValueHeads = decoder.heads().keyValue();
        int dimension = decoder.heads().dimension();
        int queryWidth = Math.multiplyExact(heads, dimension);
        String name = "model.layers." + layer + ".self_attn";
        // Old checkpoints hold what config.json says already.
        checkpoint.ignore(name + ".rotary_emb.inv_freq");

        // Queries, keys and values of all heads in one product: [B, H+2K, S, D].
        String projected = graph.node(
                "MatMul",
                List.of(
                        x,
                        projection(
                                name + ".qkv_proj.weight",
                                config.hiddenSize(),
                                new Part(name + ".q_proj.weight", queryWidth),
                                new Part(name + ".k_proj.weight", keyValueHeads * dimension),
                                new Part(name + ".v_proj.weight", keyValueHeads * dimension))));
        if (decoder.parts().queryBias()) {
            projected = biased(
                    projected,
                    name + ".qkv_proj.bias",
                    new Part(name + ".q_proj.bias", queryWidth),
                    new Part(name + ".k_proj.bias", keyValueHeads * dimension),
                    new Part(name + ".v_proj.bias", keyValueHeads * dimension));
        }
        String byHead =
                graph.transpose(graph.reshape(projected, 0, 0, heads + 2 * keyValueHeads, dimension), 0, 2, 1, 3);
        List<String> rotatedAndNot = graph.split(byHead, 1, heads + keyValueHeads, keyValueHeads);

        // Queries and keys turn with their position; values do not.
        List<String> queriesAndKeys =
                graph.split(turned(layer, name, rotatedAndNot.get(0), rotation), 1, heads, keyValueHeads);
        String queries = graph.node("Mul", List.of(queriesAndKeys.get(0), scoreScale));
        String keys = queriesAndKeys.get(1);
        String values = rotatedAndNot.get(1);

        // Earlier keys and values come first: [B, K, T, D].
        if (withPast) {
            keys = withPast(keys, layer, "key");
            values = withPast(values, layer, "value");
        }

        // How much each query looks at each key: [B, H, S, T].
        String scores =
                graph.node("MatMul", List.of(groupHeads(queries, dimension), graph.transpose(keys, 0, 1, 3, 2)));
        String visible = graph.node("Add", List.of(ungroupHeads(scores, 0), bias));
        String attention = graph.node("Softmax", List.of(visible), OnnxGraph.attribute("axis", -1));

        // The values, so weighted, of all heads side by side: [B, S, H·D].
        String mixed = ungroupHeads(graph.node("MatMul", List.of(groupHeads(attention, 0), values)), dimension);
        String joined = graph.reshape(graph.transpose(mixed, 0, 2, 1, 3), 0, 0, queryWidth);
        return linear(
                joined,
                name + ".o_proj",
                queryWidth,
                config.hiddenSize(),
                decoder.parts().outputBias());
    }

    /** Queries and keys, [B, H+K, S, D], normed and rotated where the layer does so. */
    private String turned(int layer, String name, String x, Rotation rotation) {
        String normed = x;
        if (decoder.parts().headNorms()) {
            int dimension = decoder.heads().dimension();
            List<String> apart =
                    graph.split(x, 1, decoder.heads().query(), decoder.heads().keyValue());
            normed = graph.concatenate(
                    1,
                    normalise(apart.get(0), name + ".q_norm", dimension),
                    normalise(apart.get(1), name + ".k_norm", dimension));
        }
        return decoder.rotating().get(layer) ? rotate(normed, rotation) : normed;
    }

    /** x · cos + (−second half, first half) · sin. */
    private String rotate(String x, Rotation rotation) {
        int half = decoder.heads().dimension() / 2;
        List<String> halves = graph.split(x, 3, half, half);
        String swapped = graph.concatenate(3, halves.get(1), halves.get(0));
        return graph.node(
                "Add",
                List.of(
                        graph.node("Mul", List.of(x, rotation.cosine())),
                        graph.node("Mul", List.of(swapped, rotation.signedSine()))));
    }

    private String withPast(String added, int layer, String part) {
        int heads = decoder.heads().keyValue();
        int dimension = decoder.heads().dimension();
        String past = graph.input(
                "past_key_values." + layer + "." + part, DataType.FLOAT, BATCH, heads, PAST_TOKENS, dimension);
        String present = "present." + layer + "." + part;
        presents.add(present);
        return graph.nodeNamed(present, "Concat", List.of(past, added), OnnxGraph.attribute("axis", 2));
    }

    /** [B, H, S, n] to [B, K, H/K·S, n]; n may be 0 for "as it is". */
    private String groupHeads(String value, int last) {
        return decoder.heads().query() == decoder.heads().keyValue()
                ? value
                : graph.reshape(value, 0, decoder.heads().keyValue(), -1, last);
    }

    /** The way back: [B, K, H/K·S, n] to [B, H, S, n]. */
    private String ungroupHeads(String value, int last) {
        return decoder.heads().query() == decoder.heads().keyValue()
                ? value
                : graph.reshape(value, 0, decoder.heads().query(), -1, last);
    }

    /** down(gate · sigmoid(gate) · up). */
    private String feedForward(String name, String x) throws IOException {
        int inner = decoder.intermediate();
        boolean bias = decoder.parts().feedForwardBias();
        String gate = linear(x, name + ".gate_proj", config.hiddenSize(), inner, bias);
        String up = linear(x, name + ".up_proj", config.hiddenSize(), inner, bias);
        String activated = graph.node("Mul", List.of(gate, graph.node("Sigmoid", List.of(gate))));
        String gated = graph.node("Mul", List.of(activated, up));
        return linear(gated, name + ".down_proj", inner, config.hiddenSize(), bias);
    }

    private String linear(String x, String name, int inputs, int outputs, boolean bias) throws IOException {
        String product = graph.node("MatMul", List.of(x, projection(name + ".weight", inputs, outputs)));
        return bias ? biased(product, name + ".bias", new Part(name + ".bias", outputs)) : product;
    }

    /** Plus the biases of several projections, side by side. */
    private String biased(String product, String name, Part... parts) {
        float[] joined = new float[outputs(parts)];
        int offset = 0;
        for (Part part : parts) {
            System.arraycopy(checkpoint.floats(part.name(), part.outputs()), 0, joined, offset, part.outputs());
            offset += part.outputs();
        }
        return graph.node("Add", List.of(product, weights.vector(name, joined)));
    }

    private String head(String embedding) throws IOException {
        String name = "lm_head.weight";
        if (!config.tiedEmbeddings()) {
            return projection(name, config.hiddenSize(), config.vocabularySize());
        }
        // Stored once; ONNX Runtime transposes it when it loads the model.
        checkpoint.ignore(name);
        return graph.transpose(embedding, 1, 0);
    }

    private String projection(String name, int inputs, int outputs) throws IOException {
        return projection(name, inputs, new Part(name, outputs));
    }

    /** A tensor of the checkpoint, and how many numbers it computes. */
    private record Part(String name, int outputs) {}

    /** Weights of several projections of one input, side by side and transposed, [inputs, outputs]. */
    private String projection(String name, int inputs, Part... parts) throws IOException {
        int outputs = outputs(parts);
        float[] transposed = new float[Math.multiplyExact(inputs, outputs)];
        int offset = 0;
        for (Part part : parts) {
            float[] weight = checkpoint.floats(part.name(), part.outputs(), inputs);
            for (int output = 0; output < part.outputs(); output++) {
                for (int input = 0; input < inputs; input++) {
                    transposed[input * outputs + offset + output] = weight[output * inputs + input];
                }
            }
            offset += part.outputs();
        }
        return weights.weight(name, transposed, inputs, outputs);
    }

    private static int outputs(Part... parts) {
        int outputs = 0;
        for (Part part : parts) {
            outputs += part.outputs();
        }
        return outputs;
    }
}
