package io.stillstream.scorer.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes from a graph what its outputs do not need: the runtime would run and hold it all the same. */
final class PrunedGraph {

    private PrunedGraph() {}

    static void prune(GraphProto.Builder graph) {
        Set<String> needed = new HashSet<>();
        graph.getOutputList().forEach(output -> needed.add(output.getName()));
        List<NodeProto> kept = new ArrayList<>();
        for (int i = graph.getNodeCount() - 1; i >= 0; i--) {
            NodeProto node = graph.getNode(i);
            if (node.getOutputList().stream().anyMatch(needed::contains)) {
                kept.add(node);
                needed.addAll(read(node));
            }
        }
        Collections.reverse(kept);
        graph.clearNode().addAllNode(kept);
        List<TensorProto> initializers = graph.getInitializerList().stream()
                .filter(initializer -> needed.contains(initializer.getName()))
                .toList();
        graph.clearInitializer().addAllInitializer(initializers);
        graph.clearValueInfo();
    }

    /** Its inputs, and what the graphs within it may read of the one around them. */
    private static Set<String> read(NodeProto node) {
        Set<String> names = new HashSet<>(node.getInputList());
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.hasG()) {
                names.addAll(read(attribute.getG()));
            }
            attribute.getGraphsList().forEach(graph -> names.addAll(read(graph)));
        }
        return names;
    }

    private static Set<String> read(GraphProto graph) {
        Set<String> names = new HashSet<>();
        graph.getNodeList().forEach(node -> names.addAll(read(node)));
        graph.getOutputList().forEach(output -> names.add(output.getName()));
        return names;
    }
}
