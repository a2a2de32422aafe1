package io.stillstream.scorer.onnx.graph;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@link LmHead} in graphs of its own: begins them with the model's weights, and writes the tail's nodes into them as
 * often as it is asked to.
 */
public final class LmHeadInliner {

    private final DecoderGraph decoder;
    private final LmHead tail;
    private final DataType rowType;
    private final int vocabularySize;

    /** @param rowType of the hidden states */
    public LmHeadInliner(DecoderGraph decoder, LmHead tail, DataType rowType, int vocabularySize) {
        this.decoder = decoder;
        this.tail = tail;
        this.rowType = rowType;
        this.vocabularySize = vocabularySize;
    }

    DataType rowType() {
        return rowType;
    }

    int vocabularySize() {
        return vocabularySize;
    }

    int opset() {
        return decoder.opset();
    }

    /**
     * The model without its outputs, and with the tail's uniform values as its only inputs, under their own names. What of
     * its nodes is not needed has to be {@linkplain PrunedGraph pruned}.
     */
    ModelProto.Builder model(Map<String, DataType> uniformTypes) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder graph =
                model.getGraphBuilder().clearInput().clearOutput().clearNode();
        decoder.model().getGraph().getNodeList().stream()
                .filter(node -> node.getOutputList().stream().noneMatch(tail.uniforms()::contains))
                .forEach(graph::addNode);
        uniformTypes.forEach((uniform, type) -> graph.addInput(OnnxGraph.unshaped(uniform, type)));
        return model;
    }

    /** Logits {@code [C, V]} in fp32 of rows {@code [C, H]}. */
    String logits(OnnxGraph editor, String rows) {
        // The model's own rows are [B, S, H]: what broadcasts against them has three dimensions.
        Map<String, String> renamed = new HashMap<>();
        renamed.put(tail.rows(), editor.node("Reshape", List.of(rows, shapeOfRows(editor, rows))));
        String last = renamed.get(tail.rows());
        for (NodeProto node : tail.nodes()) {
            last = editor.copy(
                    node,
                    node.getInputList().stream()
                            .map(input -> renamed.getOrDefault(input, input))
                            .toList());
            renamed.put(node.getOutput(0), last);
        }
        return floats(editor, last);
    }

    /**
     * Logits {@code [C, N]} in fp32 of rows {@code [C, H]} in N columns alone, made of these columns of the weights.
     *
     * @param ids {@code [N]}
     * @return empty where the weights do not lie in columns: all logits have to be made then
     */
    Optional<String> logits(OnnxGraph editor, String rows, String ids) {
        if (!tail.hasColumns()) {
            return Optional.empty();
        }
        Map<String, String> renamed = new HashMap<>();
        renamed.put(tail.rows(), rows);
        String last = rows;
        for (NodeProto node : tail.nodes()) {
            List<String> inputs = new ArrayList<>();
            for (String input : node.getInputList()) {
                Optional<String> operand = renamed.containsKey(input)
                        ? Optional.of(renamed.get(input))
                        : operandAt(editor, node, input, ids);
                if (operand.isEmpty()) {
                    return Optional.empty();
                }
                inputs.add(operand.get());
            }
            last = editor.copy(node, inputs);
            renamed.put(node.getOutput(0), last);
        }
        String shape = concatenated(editor, List.of(editor.integers(-1), size(editor, ids)));
        return Optional.of(editor.node("Reshape", List.of(cast(editor, last), shape)));
    }

    /** An operand's columns; itself where it is one number for all; empty where only running it would tell. */
    private Optional<String> operandAt(OnnxGraph editor, NodeProto node, String operand, String ids) {
        if (node.equals(tail.projection())) {
            return Optional.of(columns(editor, operand, ids, 1));
        }
        return decoder.model().getGraph().getInitializerList().stream()
                .filter(initializer -> initializer.getName().equals(operand))
                .findFirst()
                .flatMap(initializer -> operandAt(editor, initializer, ids));
    }

    private Optional<String> operandAt(OnnxGraph editor, TensorProto operand, String ids) {
        long elements = operand.getDimsList().stream().reduce(1L, (one, other) -> one * other);
        if (elements == 1) {
            return Optional.of(operand.getName());
        }
        boolean numberPerColumn =
                elements == vocabularySize && operand.getDims(operand.getDimsCount() - 1) == vocabularySize;
        return numberPerColumn ? Optional.of(columns(editor, operand.getName(), ids, -1)) : Optional.empty();
    }

    private static String columns(OnnxGraph editor, String weights, String ids, long axis) {
        return editor.node("Gather", List.of(weights, ids), OnnxGraph.attribute("axis", axis));
    }

    private String floats(OnnxGraph editor, String logits) {
        return editor.node("Reshape", List.of(cast(editor, logits), editor.integers(-1, vocabularySize)));
    }

    private static String cast(OnnxGraph editor, String logits) {
        return editor.node("Cast", List.of(logits), OnnxGraph.attribute("to", DataType.FLOAT_VALUE));
    }

    private static String shapeOfRows(OnnxGraph editor, String rows) {
        return concatenated(editor, List.of(editor.integers(1), size(editor, rows)));
    }

    private static String size(OnnxGraph editor, String value) {
        return editor.node("Shape", List.of(value));
    }

    private static String concatenated(OnnxGraph editor, List<String> parts) {
        return editor.node("Concat", parts, OnnxGraph.attribute("axis", 0));
    }
}
