package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Appends the logits of chosen positions, {@code [B, R, V]} in fp32, for positions given as an input {@code [B, R, 1]}.
 *
 * <p>Where the logits are a product of hidden states and weights, as in every common export, hidden states are chosen
 * before the product: it and all that follows then cost R positions a row instead of S.
 */
final class SelectedLogits {

    static final String POSITIONS = GraphEditor.PREFIX + "positions";

    private SelectedLogits() {}

    static String append(GraphProto.Builder graph, GraphEditor editor) {
        String positions = editor.input(POSITIONS, TensorProto.DataType.INT64, "batch", "selected", 1);
        Optional<NodeProto> projection = projection(graph);
        String selected = projection.isPresent()
                ? editor.node(
                        "MatMul",
                        List.of(
                                gather(editor, projection.get().getInput(0), positions),
                                projection.get().getInput(1)))
                : gather(editor, DecoderSignature.LOGITS, positions);
        return editor.node("Cast", List.of(selected), GraphEditor.attribute("to", TensorProto.DataType.FLOAT_VALUE));
    }

    private static String gather(GraphEditor editor, String rows, String positions) {
        return editor.node("GatherND", List.of(rows, positions), GraphEditor.attribute("batch_dims", 1));
    }

    /** The product that makes the logits, when its right side depends on weights alone. */
    private static Optional<NodeProto> projection(GraphProto.Builder graph) {
        Map<String, NodeProto> producers = new HashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
        }
        Set<String> initializers = new HashSet<>();
        graph.getInitializerList().forEach(initializer -> initializers.add(initializer.getName()));
        return Optional.ofNullable(producers.get(DecoderSignature.LOGITS))
                .filter(node ->
                        node.getOpType().equals("MatMul") && node.getDomain().isEmpty())
                .filter(node -> isWeight(node.getInput(1), producers, initializers));
    }

    private static boolean isWeight(String value, Map<String, NodeProto> producers, Set<String> initializers) {
        if (initializers.contains(value)) {
            return true;
        }
        NodeProto producer = producers.get(value);
        return producer != null
                && producer.getInputList().stream().allMatch(input -> isWeight(input, producers, initializers));
    }
}
