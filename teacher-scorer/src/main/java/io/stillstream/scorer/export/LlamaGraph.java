package io.stillstream.scorer.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import io.stillstream.huggingface.config.DecoderConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A Llama decoder as an ONNX graph. Shapes in comments: B sequences, S new tokens, T tokens with the past, H query
 * heads, K key-value heads, D numbers a head, E hidden numbers, V vocabulary.
 *
 * <p>Operators are few and large, and arranged so that ONNX Runtime fuses them: root mean square and gain become one
 * node, so do gate and sigmoid; the transposition of keys melts into the score product. Query heads that share a key
 * head are stacked as more rows of one product; keys are never repeated.
 */
final class LlamaGraph {

    /** Hides a score. Finite, so that a row of padding, where all is hidden, gives numbers and not NaN. */
    private static final float HIDDEN_SCORE = -1e9f;

    private static final Dimension BATCH = GraphBuilder.dynamic("batch_size");
    private static final Dimension NEW_TOKENS = GraphBuilder.dynamic("sequence_length");
    private static final Dimension PAST_TOKENS = GraphBuilder.dynamic("past_sequence_length");
    private static final Dimension PAST_AND_NEW_TOKENS = GraphBuilder.dynamic("past_sequence_length + sequence_length");

    private final DecoderConfig config;
    private final ModelWeights checkpoint;
    private final GraphBuilder graph;
    private final boolean withPast;
    private final Map<String, Value> presents = new LinkedHashMap<>();

    LlamaGraph(DecoderConfig config, ModelWeights checkpoint, GraphBuilder graph, boolean withPast) {
        this.config = config;
        this.checkpoint = checkpoint;
        this.graph = graph;
        this.withPast = withPast;
    }

    GraphProto build() throws IOException {
        int hiddenSize = config.hiddenSize();
        Dimension allTokens = withPast ? PAST_AND_NEW_TOKENS : NEW_TOKENS;
        Value inputIds = graph.input("input_ids", DataType.INT64, BATCH, NEW_TOKENS);
        Value attentionMask = graph.input("attention_mask", DataType.INT64, BATCH, allTokens);

        graph.scope("attention");
        Value scoreScale = scoreScale();
        Value positions = withPast
                ? graph.input("position_ids", DataType.INT64, BATCH, NEW_TOKENS)
                : positionsOfRealTokens(attentionMask);
        Rotation rotation = rotation(positions);
        Value bias = scoreBias(inputIds, attentionMask);

        // Look the tokens up: [B, S, E].
        graph.scope("embedding");
        String embeddingName = "model.embed_tokens.weight";
        Value embedding = graph.weight(
                embeddingName,
                checkpoint.floats(embeddingName, config.vocabularySize(), hiddenSize),
                config.vocabularySize(),
                hiddenSize);
        Value hidden = graph.apply("Gather", embedding, inputIds);

        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "model.layers." + layer;
            // Each block adds what it attends to, then what it computes from that.
            graph.scope("layers." + layer + "/attention");
            Value attended = attention(layer, normalise(hidden, name + ".input_layernorm"), rotation, scoreScale, bias);
            hidden = graph.apply("Add", hidden, attended);
            graph.scope("layers." + layer + "/feed_forward");
            Value computed = feedForward(name + ".mlp", normalise(hidden, name + ".post_attention_layernorm"));
            hidden = graph.apply("Add", hidden, computed);
        }

        // Score every token of the vocabulary: [B, S, V].
        graph.scope("head");
        Value logits = graph.apply("MatMul", normalise(hidden, "model.norm"), head(embedding));
        graph.output("logits", logits, DataType.FLOAT, BATCH, NEW_TOKENS, GraphBuilder.fixed(config.vocabularySize()));
        Dimension keyValueHeads = GraphBuilder.fixed(config.keyValueHeads());
        Dimension dimension = GraphBuilder.fixed(config.headDimension());
        presents.forEach((name, present) ->
                graph.output(name, present, DataType.FLOAT, BATCH, keyValueHeads, PAST_AND_NEW_TOKENS, dimension));
        return graph.build();
    }

    /** Padding on the left does not count: the first real token is at position 0. */
    private Value positionsOfRealTokens(Value attentionMask) {
        return graph.apply("CumSum", List.of(GraphBuilder.attribute("exclusive", 1)), attentionMask, graph.scalar(1L));
    }

    /** cos and sin, [B, 1, S, D], of every position's angles; sin is negative where the rotated half is. */
    private record Rotation(Value cosine, Value signedSine) {}

    private Rotation rotation(Value positions) {
        int dimension = config.headDimension();
        int half = dimension / 2;
        float[] frequencies = new float[dimension];
        float[] signs = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            frequencies[i] = (float) Math.pow(config.ropeTheta(), -2.0 * (i % half) / dimension);
            signs[i] = i < half ? -1 : 1;
        }
        Value column = graph.apply("Unsqueeze", graph.convert(positions, DataType.FLOAT), graph.integers(1, 3));
        Value angles = graph.apply("Mul", column, graph.vector("rotary.frequencies", frequencies));
        Value sine = graph.apply("Mul", graph.apply("Sin", angles), graph.vector("rotary.signs", signs));
        return new Rotation(graph.apply("Cos", angles), sine);
    }

    /** What is added to the scores, [B, 1, S, T]: 0 where a token may look, much less for padding and the future. */
    private Value scoreBias(Value inputIds, Value attentionMask) {
        Value allTokens = graph.size(attentionMask, 1);
        Value newTokens = graph.size(inputIds, 1);
        Value keyIndex = graph.apply("Range", graph.scalar(0L), allTokens, graph.scalar(1L));
        Value queryIndex = graph.apply("Range", graph.apply("Sub", allTokens, newTokens), allTokens, graph.scalar(1L));
        Value past = graph.apply("LessOrEqual", keyIndex, graph.apply("Unsqueeze", queryIndex, graph.integers(1)));
        Value real = graph.apply("Unsqueeze", graph.convert(attentionMask, DataType.BOOL), graph.integers(1, 2));
        return graph.apply("Where", graph.apply("And", past, real), graph.scalar(0f), graph.scalar(HIDDEN_SCORE));
    }

    /**
     * 1/√D for every number of a query. A vector, because ONNX Runtime folds a scalar into the product of queries and
     * keys, which then takes half as long again for one new token: its fast path is for products without a factor.
     */
    private Value scoreScale() {
        float[] scale = new float[config.headDimension()];
        Arrays.fill(scale, (float) (1 / Math.sqrt(scale.length)));
        return graph.vector("attention.scale", scale);
    }

    /** x / sqrt(mean(x²) + ε) · weight. */
    private Value normalise(Value x, String name) {
        Value squares = graph.apply("Pow", x, graph.scalar(2f));
        Value mean = graph.apply("ReduceMean", squares, graph.integers(-1));
        Value root = graph.apply("Sqrt", graph.apply("Add", mean, graph.scalar(config.rmsNormEpsilon())));
        Value weight = graph.vector(name + ".weight", checkpoint.floats(name + ".weight", config.hiddenSize()));
        return graph.apply("Mul", graph.apply("Div", x, root), weight);
    }

    private Value attention(int layer, Value x, Rotation rotation, Value scoreScale, Value bias) throws IOException {
        int heads = config.heads();
        int keyValueHeads = config.keyValueHeads();
        int dimension = config.headDimension();
        int queryWidth = Math.multiplyExact(heads, dimension);
        String name = "model.layers." + layer + ".self_attn";
        // Old checkpoints hold what config.json says already.
        checkpoint.ignore(name + ".rotary_emb.inv_freq");

        // Queries, keys and values of all heads in one product: [B, H+2K, S, D].
        Value projected = graph.apply(
                "MatMul",
                x,
                projection(
                        name + ".qkv_proj.weight",
                        config.hiddenSize(),
                        new Part(name + ".q_proj.weight", queryWidth),
                        new Part(name + ".k_proj.weight", keyValueHeads * dimension),
                        new Part(name + ".v_proj.weight", keyValueHeads * dimension)));
        Value byHead =
                graph.transpose(graph.reshape(projected, 0, 0, heads + 2 * keyValueHeads, dimension), 0, 2, 1, 3);
        List<Value> rotatedAndNot = graph.split(byHead, 1, heads + keyValueHeads, keyValueHeads);

        // Queries and keys turn with their position; values do not.
        List<Value> queriesAndKeys = graph.split(rotate(rotatedAndNot.get(0), rotation), 1, heads, keyValueHeads);
        Value queries = graph.apply("Mul", queriesAndKeys.get(0), scoreScale);
        Value keys = queriesAndKeys.get(1);
        Value values = rotatedAndNot.get(1);

        // Earlier keys and values come first: [B, K, T, D].
        if (withPast) {
            keys = withPast(keys, layer, "key");
            values = withPast(values, layer, "value");
        }

        // How much each query looks at each key: [B, H, S, T].
        Value scores = graph.apply("MatMul", groupHeads(queries, dimension), graph.transpose(keys, 0, 1, 3, 2));
        Value visible = graph.apply("Add", ungroupHeads(scores, 0), bias);
        Value attention = graph.apply("Softmax", List.of(GraphBuilder.attribute("axis", -1)), visible);

        // The values, so weighted, of all heads side by side: [B, S, H·D].
        Value mixed = ungroupHeads(graph.apply("MatMul", groupHeads(attention, 0), values), dimension);
        Value joined = graph.reshape(graph.transpose(mixed, 0, 2, 1, 3), 0, 0, queryWidth);
        return graph.apply(
                "MatMul",
                joined,
                projection(
                        name + ".o_proj.weight", queryWidth, new Part(name + ".o_proj.weight", config.hiddenSize())));
    }

    /** x · cos + (−second half, first half) · sin. */
    private Value rotate(Value x, Rotation rotation) {
        int half = config.headDimension() / 2;
        List<Value> halves = graph.split(x, 3, half, half);
        Value swapped = graph.concatenate(3, halves.get(1), halves.get(0));
        return graph.apply(
                "Add", graph.apply("Mul", x, rotation.cosine()), graph.apply("Mul", swapped, rotation.signedSine()));
    }

    private Value withPast(Value added, int layer, String part) {
        Dimension heads = GraphBuilder.fixed(config.keyValueHeads());
        Dimension dimension = GraphBuilder.fixed(config.headDimension());
        Value past = graph.input(
                "past_key_values." + layer + "." + part, DataType.FLOAT, BATCH, heads, PAST_TOKENS, dimension);
        Value present = graph.concatenate(2, past, added);
        presents.put("present." + layer + "." + part, present);
        return present;
    }

    /** [B, H, S, n] to [B, K, H/K·S, n]; n may be 0 for "as it is". */
    private Value groupHeads(Value value, int last) {
        return config.heads() == config.keyValueHeads()
                ? value
                : graph.reshape(value, 0, config.keyValueHeads(), -1, last);
    }

    /** The way back: [B, K, H/K·S, n] to [B, H, S, n]. */
    private Value ungroupHeads(Value value, int last) {
        return config.heads() == config.keyValueHeads() ? value : graph.reshape(value, 0, config.heads(), -1, last);
    }

    /** down(gate · sigmoid(gate) · up). */
    private Value feedForward(String name, Value x) throws IOException {
        int inner = config.intermediateSize();
        Value gate = graph.apply("MatMul", x, projection(name + ".gate_proj.weight", config.hiddenSize(), inner));
        Value up = graph.apply("MatMul", x, projection(name + ".up_proj.weight", config.hiddenSize(), inner));
        Value activated = graph.apply("Mul", gate, graph.apply("Sigmoid", gate));
        return graph.apply(
                "MatMul",
                graph.apply("Mul", activated, up),
                projection(name + ".down_proj.weight", inner, config.hiddenSize()));
    }

    private Value head(Value embedding) throws IOException {
        String name = "lm_head.weight";
        if (!config.tiedEmbeddings()) {
            return projection(name, config.hiddenSize(), config.vocabularySize());
        }
        // Stored once; ONNX Runtime transposes it when it loads the model.
        checkpoint.ignore(name);
        return graph.transpose(embedding, 1, 0);
    }

    private Value projection(String name, int inputs, int outputs) throws IOException {
        return projection(name, inputs, new Part(name, outputs));
    }

    /** A tensor of the checkpoint, and how many numbers it computes. */
    private record Part(String name, int outputs) {}

    /** Weights of several projections of one input, side by side and transposed, [inputs, outputs]. */
    private Value projection(String name, int inputs, Part... parts) throws IOException {
        int outputs = 0;
        for (Part part : parts) {
            outputs += part.outputs();
        }
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
        return graph.weight(name, transposed, inputs, outputs);
    }
}
