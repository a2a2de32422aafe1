package io.stillstream.scorer.export.decoder;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.List;

/** What is added to attention's scores: nothing where a token may look, much less elsewhere. */
final class ScoreBias {

    /** Hides a score. Finite, so that a row of padding, where all is hidden, gives numbers and not NaN. */
    private static final float HIDDEN_SCORE = -1e9f;

    private final OnnxGraph graph;
    private final GraphInputs inputs;

    ScoreBias(OnnxGraph graph, GraphInputs inputs) {
        this.graph = graph;
        this.inputs = inputs;
    }

    /**
     * {@code [B, 1, S, T]}: 0 where a token may look, much less for padding, the future, and what lies {@code window} or more
     * before, where there is a window.
     *
     * @param window 0 where there is none
     */
    String causal(int window) {
        String allTokens = graph.size(inputs.attentionMask(), 1);
        String keyIndex = graph.node("Range", List.of(graph.scalar(0L), allTokens, graph.scalar(1L)));
        String queryIndex = graph.node("Range", List.of(firstNew(allTokens), allTokens, graph.scalar(1L)));
        String query = graph.node("Unsqueeze", List.of(queryIndex, graph.integers(1)));
        String past = graph.node("LessOrEqual", List.of(keyIndex, query));
        if (window > 0) {
            String distance = graph.node("Sub", List.of(query, keyIndex));
            String near = graph.node("Less", List.of(distance, graph.scalar((long) window)));
            past = graph.node("And", List.of(past, near));
        }
        String real = graph.node(
                "Unsqueeze", List.of(graph.cast(inputs.attentionMask(), DataType.BOOL), graph.integers(1, 2)));
        return graph.node(
                "Where", List.of(graph.node("And", List.of(past, real)), graph.scalar(0f), graph.scalar(HIDDEN_SCORE)));
    }

    /** Linear biases (Press et al., 2022) beside the causal ones, {@code [B, H, S, T]}: slope · distance for each head. */
    String linear(int heads, WeightTensors tensors) {
        String allTokens = graph.size(inputs.attentionMask(), 1);
        String keys = graph.cast(inputs.placesOfAll(), DataType.FLOAT);
        String bounds = graph.node("Unsqueeze", List.of(firstNew(allTokens), graph.integers(0)));
        String end = graph.node("Unsqueeze", List.of(allTokens, graph.integers(0)));
        String queries = graph.node("Slice", List.of(keys, bounds, end, graph.integers(1)));
        String distance = graph.node(
                "Sub",
                List.of(
                        graph.node("Unsqueeze", List.of(keys, graph.integers(1, 2))),
                        graph.node("Unsqueeze", List.of(queries, graph.integers(1, 3)))));
        String slopes = graph.node(
                "Unsqueeze", List.of(tensors.vector("attention.slopes", slopes(heads)), graph.integers(0, 2, 3)));
        return graph.node("Add", List.of(graph.node("Mul", List.of(slopes, distance)), causal(0)));
    }

    private String firstNew(String allTokens) {
        return graph.node("Sub", List.of(allTokens, graph.size(inputs.ids(), 1)));
    }

    /**
     * 2^(−8 i / A) of the i-th of A heads, where A is a power of 2. Else those of the power of 2 below, then every other one of
     * the power above.
     */
    private static float[] slopes(int heads) {
        int power = Integer.highestOneBit(heads);
        float[] slopes = new float[heads];
        for (int i = 0; i < heads; i++) {
            double exponent = i < power ? 8.0 * (i + 1) / power : 4.0 * (2 * (i - power) + 1) / power;
            slopes[i] = (float) Math.pow(2, -exponent);
        }
        return slopes;
    }
}
