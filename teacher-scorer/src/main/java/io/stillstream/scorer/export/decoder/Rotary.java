package io.stillstream.scorer.export.decoder;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.stillstream.huggingface.config.Rope;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.List;

/** A rotary position embedding: angles of all new tokens, drawn once, by which each layer turns its queries and keys. */
final class Rotary {

    private final OnnxGraph graph;
    private final int rotated;
    private final int dimension;
    /** {@code [B, 1, S, R]} of R rotated numbers; sine is negative where the first half is turned. */
    private final String cosine;

    private final String signedSine;

    /**
     * @param positions {@code [B, S]}
     * @param dimension of a head; the embedding may turn less
     * @param name of its constants
     */
    Rotary(
            OnnxGraph graph,
            WeightTensors tensors,
            GraphInputs inputs,
            Rope rope,
            String positions,
            int dimension,
            String name) {
        this.graph = graph;
        this.rotated = rope.dimension();
        this.dimension = dimension;
        String frequencies = new RotaryFrequencies(graph, tensors, inputs, rope).draw(name + ".frequencies");
        float[] signs = new float[rotated];
        for (int i = 0; i < rotated; i++) {
            signs[i] = i < rotated / 2 ? -1 : 1;
        }
        String column = graph.node("Unsqueeze", List.of(graph.cast(positions, DataType.FLOAT), graph.integers(1, 3)));
        String angles = graph.node("Mul", List.of(column, frequencies));
        String sine =
                graph.node("Mul", List.of(graph.node("Sin", List.of(angles)), tensors.vector(name + ".signs", signs)));
        this.cosine = scaled(graph.node("Cos", List.of(angles)), rope);
        this.signedSine = scaled(sine, rope);
    }

    /** Times the factor that a stretched embedding multiplies cosine and sine with. */
    private String scaled(String value, Rope rope) {
        double factor = rope.attentionFactor();
        return factor == 1 ? value : graph.node("Mul", List.of(value, graph.scalar((float) factor)));
    }

    /** Turns the first R numbers of every head of {@code [B, n, S, D]}: x · cos + (−second half, first half) · sin. */
    String rotate(String x) {
        if (rotated == dimension) {
            return turn(x);
        }
        List<String> parts = graph.split(x, 3, rotated, dimension - rotated);
        return graph.concatenate(3, turn(parts.get(0)), parts.get(1));
    }

    private String turn(String x) {
        List<String> halves = graph.split(x, 3, rotated / 2, rotated / 2);
        String swapped = graph.concatenate(3, halves.get(1), halves.get(0));
        return graph.node(
                "Add", List.of(graph.node("Mul", List.of(x, cosine)), graph.node("Mul", List.of(swapped, signedSine))));
    }
}
