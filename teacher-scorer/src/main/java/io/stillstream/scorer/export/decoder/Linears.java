package io.stillstream.scorer.export.decoder;

import io.stillstream.scorer.export.weights.ModelWeights;
import io.stillstream.scorer.export.weights.WeightTensors;
import io.stillstream.scorer.onnx.graph.OnnxGraph;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Linear maps and tables of a checkpoint. A map has a bias where the checkpoint has one. */
final class Linears {

    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    private final OnnxGraph graph;
    private final ModelWeights checkpoint;
    private final WeightTensors tensors;
    private final Map<String, String> tables = new HashMap<>();

    Linears(OnnxGraph graph, ModelWeights checkpoint, WeightTensors tensors) {
        this.graph = graph;
        this.checkpoint = checkpoint;
        this.tensors = tensors;
    }

    /** A matrix as it lies in the checkpoint; stored once, however often it is asked for. */
    String table(String name) throws IOException {
        String known = tables.get(name);
        if (known == null) {
            int[] shape = checkpoint.shape(name);
            known = tensors.weight(name, checkpoint.floats(name), shape[0], shape[1]);
            tables.put(name, known);
        }
        return known;
    }

    /** The rows {@code [B, S, E]} of a table at {@code [B, S]}. */
    String rows(String table, String at) throws IOException {
        return graph.node("Gather", List.of(table(table), at));
    }

    /** A weight {@code [out, in]} as {@code [in, out]}, what a product takes. */
    String columns(String name) throws IOException {
        int[] shape = checkpoint.shape(name);
        float[] matrix = new float[Math.multiplyExact(shape[0], shape[1])];
        transpose(checkpoint.floats(name), shape[1], output -> output, matrix, shape[0], 0);
        return tensors.weight(name, matrix, shape[1], shape[0]);
    }

    /** x Wᵀ + b. */
    String linear(String x, String name) throws IOException {
        return joined(x, name, List.of(name));
    }

    /** The results of several maps of one input side by side, from one product. */
    String joined(String x, String name, List<String> parts) throws IOException {
        int inputs = checkpoint.shape(parts.get(0) + WEIGHT)[1];
        int width = parts.stream().mapToInt(this::outputs).reduce(0, Math::addExact);
        float[] matrix = new float[Math.multiplyExact(inputs, width)];
        float[] bias = new float[width];
        int offset = 0;
        for (String part : parts) {
            transpose(checkpoint.floats(part + WEIGHT), inputs, output -> output, matrix, width, offset);
            if (checkpoint.has(part + BIAS)) {
                System.arraycopy(checkpoint.floats(part + BIAS), 0, bias, offset, outputs(part));
            }
            offset += outputs(part);
        }
        String product = product(x, name, matrix, inputs, width);
        return parts.stream().anyMatch(part -> checkpoint.has(part + BIAS)) ? plus(product, name, bias) : product;
    }

    /** x W + b, of a W that is stored as {@code [in, out]}. */
    String transposed(String x, String name) throws IOException {
        int[] shape = checkpoint.shape(name + WEIGHT);
        String product = product(x, name, checkpoint.floats(name + WEIGHT), shape[0], shape[1]);
        return plus(product, name, checkpoint.floats(name + BIAS));
    }

    /**
     * x Wᵀ + b of a map that gives query, key and value of the first head, then those of the second. They come as the queries of
     * all heads, then their keys, then their values.
     */
    String interleaved(String x, String name, int heads) throws IOException {
        int[] shape = checkpoint.shape(name + WEIGHT);
        int width = shape[0];
        int dimension = width / (3 * heads);
        IntUnaryOperator stored = output -> {
            int kind = output / (heads * dimension);
            int head = output / dimension % heads;
            return (3 * head + kind) * dimension + output % dimension;
        };
        float[] matrix = new float[Math.multiplyExact(shape[1], width)];
        transpose(checkpoint.floats(name + WEIGHT), shape[1], stored, matrix, width, 0);
        String product = product(x, name, matrix, shape[1], width);
        if (!checkpoint.has(name + BIAS)) {
            return product;
        }
        float[] given = checkpoint.floats(name + BIAS);
        float[] bias = new float[width];
        for (int output = 0; output < width; output++) {
            bias[output] = given[stored.applyAsInt(output)];
        }
        return plus(product, name, bias);
    }

    private int outputs(String name) {
        return checkpoint.shape(name + WEIGHT)[0];
    }

    /** Writes a weight {@code [out, in]} into columns of a matrix {@code [in, width]}, the first of them at an offset. */
    private static void transpose(
            float[] weight, int inputs, IntUnaryOperator stored, float[] matrix, int width, int offset) {
        int outputs = weight.length / inputs;
        for (int output = 0; output < outputs; output++) {
            int row = stored.applyAsInt(output) * inputs;
            for (int input = 0; input < inputs; input++) {
                matrix[input * width + offset + output] = weight[row + input];
            }
        }
    }

    private String product(String x, String name, float[] matrix, int inputs, int outputs) throws IOException {
        return graph.node("MatMul", List.of(x, tensors.weight(name + WEIGHT, matrix, inputs, outputs)));
    }

    private String plus(String product, String name, float[] bias) {
        return graph.node("Add", List.of(product, tensors.vector(name + BIAS, bias)));
    }
}
