package io.stillstream.scorer.export.decoder;

import io.stillstream.huggingface.config.Heads;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Causal attention of all kinds. Shapes: B sequences, S new tokens, T tokens with the past, H query heads, K key-value heads,
 * D numbers a head.
 *
 * <p>Operators are few and large: one product for queries, keys and values, and a transposition of keys that melts into the
 * score product. Query heads that share a key head are stacked as more rows of one product; keys are never repeated.
 */
final class Attention {

    private final OnnxGraph graph;
    private final WeightTensors tensors;
    private final GraphInputs inputs;
    private final Heads heads;
    private final double softCap;

    /** @param softCap a positive number c where scores are c · tanh(score / c), else 0 */
    Attention(OnnxGraph graph, WeightTensors tensors, GraphInputs inputs, Heads heads, double softCap) {
        this.graph = graph;
        this.tensors = tensors;
        this.inputs = inputs;
        this.heads = heads;
        this.softCap = softCap;
    }

    /**
     * What scores are multiplied with, for every number of a query. A vector, because ONNX Runtime folds a scalar into the
     * product of queries and keys, which then takes half as long again for one new token: its fast path is for products
     * without a factor. With a soft cap, it is what the cap divides by as well.
     */
    String scale(String name, double scale) {
        float[] scales = new float[heads.dimension()];
        Arrays.fill(scales, (float) (softCap > 0 ? scale / softCap : scale));
        return tensors.vector(name, scales);
    }

    /**
     * softmax(scale · q kᵀ + bias) v, {@code [B, S, H·D]}.
     *
     * @param projected queries of all heads, their keys, their values, {@code [B, S, (H + 2K)·D]}
     * @param turned what becomes of queries and keys before they meet, {@code [B, H + K, S, D]}
     * @param bias {@code [B, 1, S, T]} or {@code [B, H, S, T]}
     */
    String attend(int layer, String projected, UnaryOperator<String> turned, String scale, String bias) {
        int query = heads.query();
        int keyValue = heads.keyValue();
        String byHead =
                graph.transpose(graph.reshape(projected, 0, 0, query + 2 * keyValue, heads.dimension()), 0, 2, 1, 3);
        List<String> turnedAndNot = graph.split(byHead, 1, query + keyValue, keyValue);
        List<String> queriesAndKeys = graph.split(turned.apply(turnedAndNot.get(0)), 1, query, keyValue);
        String queries = graph.node("Mul", List.of(queriesAndKeys.get(0), scale));

        // Earlier keys and values come first: [B, K, T, D].
        String keys = inputs.withPast(queriesAndKeys.get(1), layer, "key", heads);
        String values = inputs.withPast(turnedAndNot.get(1), layer, "value", heads);

        // How much each query looks at each key: [B, H, S, T].
        String scores = ungroup(
                graph.node("MatMul", List.of(group(queries, heads.dimension()), graph.transpose(keys, 0, 1, 3, 2))), 0);
        String visible = graph.node("Add", List.of(capped(scores), bias));
        String attention = graph.node("Softmax", List.of(visible), OnnxGraph.attribute("axis", -1));

        // The values, so weighted, of all heads side by side.
        String mixed = ungroup(graph.node("MatMul", List.of(group(attention, 0), values)), heads.dimension());
        return graph.reshape(graph.transpose(mixed, 0, 2, 1, 3), 0, 0, Math.multiplyExact(query, heads.dimension()));
    }

    /** Heads {@code [B, H + K, S, D]} with queries and keys changed apart: their norms have weights of their own. */
    String apart(String queriesAndKeys, UnaryOperator<String> query, UnaryOperator<String> key) {
        List<String> parts = graph.split(queriesAndKeys, 1, heads.query(), heads.keyValue());
        return graph.concatenate(1, query.apply(parts.get(0)), key.apply(parts.get(1)));
    }

    private String capped(String scores) {
        return softCap > 0
                ? graph.node("Mul", List.of(graph.node("Tanh", List.of(scores)), graph.scalar((float) softCap)))
                : scores;
    }

    /** [B, H, S, n] to [B, K, H/K·S, n]; n may be 0 for "as it is". */
    private String group(String value, int last) {
        return heads.query() == heads.keyValue() ? value : graph.reshape(value, 0, heads.keyValue(), -1, last);
    }

    /** The way back: [B, K, H/K·S, n] to [B, H, S, n]. */
    private String ungroup(String value, int last) {
        return heads.query() == heads.keyValue() ? value : graph.reshape(value, 0, heads.query(), -1, last);
    }
}
