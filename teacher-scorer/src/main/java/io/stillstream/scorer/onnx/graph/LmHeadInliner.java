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
 * Copies the nodes of a {@link LmHead} into other graphs, which begin with the model's weights: into the body of a loop as well,
 * as often as it is asked to.
 */
public final class LmHeadInliner {

    private final DecoderGraph decoder;
    private final LmHead lmHead;
    private final DataType rowType;
    private final int vocabularySize;

    /** @param rowType of the hidden states */
    public LmHeadInliner(DecoderGraph decoder, LmHead lmHead, DataType rowType, int vocabularySize) {
        this.decoder = decoder;
        this.lmHead = lmHead;
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
     * The model without its outputs, and with the head's {@linkplain LmHead#runConstants run constants} as its only inputs, under
     * their own names. Nodes that are not needed have to be {@linkplain PrunedGraph pruned}.
     */
    ModelProto.Builder model(Map<String, DataType> runConstantTypes) {
        ModelProto.Builder model = decoder.model().toBuilder();
        GraphProto.Builder graph =
                model.getGraphBuilder().clearInput().clearOutput().clearNode();
        decoder.model().getGraph().getNodeList().stream()
                .filter(node -> node.getOutputList().stream().noneMatch(lmHead.runConstants()::contains))
                .forEach(graph::addNode);
        runConstantTypes.forEach((runConstant, type) -> graph.addInput(OnnxGraph.unshaped(runConstant, type)));
        return model;
    }

    /** Logits {@code [C, V]} in fp32 of rows {@code [C, H]}. */
    String logits(OnnxGraph graph, String rows) {
        // The model's own rows are [B, S, H]: what broadcasts against them has three dimensions.
        Map<String, String> renamed = new HashMap<>();
        renamed.put(lmHead.rows(), graph.node("Reshape", List.of(rows, shapeOfRows(graph, rows))));
        String last = renamed.get(lmHead.rows());
        for (NodeProto node : lmHead.nodes()) {
            last = graph.copy(
                    node,
                    node.getInputList().stream()
                            .map(input -> renamed.getOrDefault(input, input))
                            .toList());
            renamed.put(node.getOutput(0), last);
        }
        return floats(graph, last);
    }

    /**
     * Logits {@code [C, N]} in fp32 of rows {@code [C, H]} in N columns alone, computed from these columns of the weights.
     *
     * @param ids {@code [N]}
     * @return empty where the weights do not lie in columns: all logits have to be computed then
     */
    Optional<String> logits(OnnxGraph graph, String rows, String ids) {
        if (!lmHead.hasColumns()) {
            return Optional.empty();
        }
        Map<String, String> renamed = new HashMap<>();
        renamed.put(lmHead.rows(), rows);
        String last = rows;
        for (NodeProto node : lmHead.nodes()) {
            List<String> inputs = new ArrayList<>();
            for (String input : node.getInputList()) {
                Optional<String> operand = renamed.containsKey(input)
                        ? Optional.of(renamed.get(input))
                        : operandAt(graph, node, input, ids);
                if (operand.isEmpty()) {
                    return Optional.empty();
                }
                inputs.add(operand.get());
            }
            last = graph.copy(node, inputs);
            renamed.put(node.getOutput(0), last);
        }
        String shape = graph.concatenate(0, graph.integers(-1), size(graph, ids));
        return Optional.of(graph.node("Reshape", List.of(graph.cast(last, DataType.FLOAT), shape)));
    }

    /** An operand's columns; itself where it is one number for all; empty where its shape is known only at run time. */
    private Optional<String> operandAt(OnnxGraph graph, NodeProto node, String operand, String ids) {
        if (node.equals(lmHead.projection())) {
            return Optional.of(columns(graph, operand, ids, 1));
        }
        return decoder.model().getGraph().getInitializerList().stream()
                .filter(initializer -> initializer.getName().equals(operand))
                .findFirst()
                .flatMap(initializer -> operandAt(graph, initializer, ids));
    }

    private Optional<String> operandAt(OnnxGraph graph, TensorProto operand, String ids) {
        long elements = operand.getDimsList().stream().reduce(1L, (one, other) -> one * other);
        if (elements == 1) {
            return Optional.of(operand.getName());
        }
        boolean numberPerColumn =
                elements == vocabularySize && operand.getDims(operand.getDimsCount() - 1) == vocabularySize;
        return numberPerColumn ? Optional.of(columns(graph, operand.getName(), ids, -1)) : Optional.empty();
    }

    private static String columns(OnnxGraph graph, String weights, String ids, long axis) {
        return graph.node("Gather", List.of(weights, ids), OnnxGraph.attribute("axis", axis));
    }

    private String floats(OnnxGraph graph, String logits) {
        return graph.reshape(graph.cast(logits, DataType.FLOAT), -1, vocabularySize);
    }

    private static String shapeOfRows(OnnxGraph graph, String rows) {
        return graph.concatenate(0, graph.integers(1), size(graph, rows));
    }

    private static String size(OnnxGraph graph, String value) {
        return graph.node("Shape", List.of(value));
    }
}
