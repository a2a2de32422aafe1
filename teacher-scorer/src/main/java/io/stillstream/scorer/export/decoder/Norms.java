package io.stillstream.scorer.export.decoder;

import io.stillstream.scorer.ScorerException;
import io.stillstream.scorer.export.weights.ModelWeights;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.util.List;

/** Norms over the last axis, and the functions between linear maps, drawn so that ONNX Runtime makes one node of each. */
final class Norms {

    private static final float GELU_CUBE = 0.044715f;

    private final OnnxGraph graph;
    private final ModelWeights checkpoint;
    private final WeightTensors tensors;
    private final float epsilon;

    Norms(OnnxGraph graph, ModelWeights checkpoint, WeightTensors tensors, double epsilon) {
        this.graph = graph;
        this.checkpoint = checkpoint;
        this.tensors = tensors;
        this.epsilon = (float) epsilon;
    }

    /** x / √(mean(x²) + ε) · w. */
    String rms(String x, String name) {
        return rms(x, name + ".weight", checkpoint.floats(name + ".weight"));
    }

    /** x / √(mean(x²) + ε) · (1 + w). */
    String rmsOfOffset(String x, String name) {
        float[] gain = checkpoint.floats(name + ".weight");
        for (int i = 0; i < gain.length; i++) {
            gain[i] += 1;
        }
        return rms(x, name + ".gain", gain);
    }

    private String rms(String x, String name, float[] gain) {
        String squares = graph.node("Pow", List.of(x, graph.scalar(2f)));
        String mean = graph.node("ReduceMean", List.of(squares, graph.integers(-1)));
        String root = graph.node("Sqrt", List.of(graph.node("Add", List.of(mean, graph.scalar(epsilon)))));
        return graph.node("Mul", List.of(graph.node("Div", List.of(x, root)), tensors.vector(name, gain)));
    }

    /** (x − mean(x)) / √(variance(x) + ε) · w + b. */
    String layerNorm(String x, String name) {
        return graph.node(
                "LayerNormalization",
                List.of(
                        x,
                        tensors.vector(name + ".weight", checkpoint.floats(name + ".weight")),
                        tensors.vector(name + ".bias", checkpoint.floats(name + ".bias"))),
                OnnxGraph.attribute("axis", -1),
                OnnxGraph.attribute("epsilon", epsilon));
    }

    /** @throws ScorerException when a graph has no such function */
    String activation(String kind, String x) {
        return switch (kind) {
            case "silu" -> graph.node("Mul", List.of(x, graph.node("Sigmoid", List.of(x))));
            case "relu" -> graph.node("Relu", List.of(x));
            case "gelu" -> gelu(x);
            case "gelu_tanh" -> geluTanh(x);
            default ->
                throw new ScorerException("export-onnx does not draw the activation '" + kind
                        + "'; expected silu, relu, gelu or gelu_tanh");
        };
    }

    /** x / 2 · (1 + erf(x / √2)). */
    private String gelu(String x) {
        String error = graph.node("Erf", List.of(graph.node("Div", List.of(x, graph.scalar((float) Math.sqrt(2))))));
        String share = graph.node("Add", List.of(error, graph.scalar(1f)));
        return graph.node("Mul", List.of(graph.node("Mul", List.of(x, share)), graph.scalar(0.5f)));
    }

    /** x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³))). */
    private String geluTanh(String x) {
        String cube = graph.node("Pow", List.of(x, graph.scalar(3f)));
        String sum = graph.node("Add", List.of(x, graph.node("Mul", List.of(cube, graph.scalar(GELU_CUBE)))));
        String scaled = graph.node("Mul", List.of(sum, graph.scalar((float) Math.sqrt(2 / Math.PI))));
        String share = graph.node("Add", List.of(graph.node("Tanh", List.of(scaled)), graph.scalar(1f)));
        return graph.node("Mul", List.of(graph.node("Mul", List.of(x, graph.scalar(0.5f))), share));
    }
}
